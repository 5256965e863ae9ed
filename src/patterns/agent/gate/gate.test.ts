import { describe, expect, test, vi } from "vitest";
import { z } from "zod";
import type { AgentRule } from "../../../call/agent-rule.ts";
import { defaults } from "../../../config/defaults.ts";
import type { Grant } from "../grant.ts";
import type { AgentTools } from "../tool.ts";
import { type Gate, openGate } from "./gate.ts";
import { newRunState, type RunState } from "./run-state.ts";
import type { AskedCall, Verdict } from "./verdict.ts";

const common = { inputSchema: z.object({}), execute: () => "ok" };
const tools: AgentTools = {
  lookUp: { ...common, effect: "read" },
  close: { ...common, effect: "write" },
  refund: { ...common, effect: "irreversible" },
};
const freely = { approval: false, afterUntrusted: "allow" } as const;

interface Scene {
  readonly grant: Grant["tools"];
  readonly hosts?: readonly string[];
  readonly rule?: Partial<AgentRule>;
  readonly state?: RunState;
  readonly signal?: AbortSignal;
}

function open({ grant, hosts, rule, state = newRunState(), signal }: Scene): Gate {
  return openGate({
    tools,
    grant: { tools: grant, hosts },
    rule: { ...defaults.agent, costUsd: undefined, ...rule },
    context: { customer: "ann" },
    state,
    signal: signal ?? new AbortController().signal,
  });
}

let ids = 0;
function call(tool: string, input: unknown = {}): AskedCall {
  return { tool, input, toolCallId: `id-${ids++}` };
}

/** Judges a call, and runs it where the gate lets it. */
async function made(gate: Gate, asked: AskedCall, output: unknown = "ok"): Promise<Verdict> {
  const verdict = await gate.judge(asked);
  if (verdict.kind === "run") gate.ended(asked, "done", output);
  return verdict;
}

describe("granted", () => {
  test.each(["close", "unknown", "__proto__", "constructor", "toString", ""])(
    "a tool that is not granted is denied: %j",
    async (tool) => {
      const gate = open({ grant: { lookUp: true } });
      const verdict = await gate.judge(call(tool));
      expect(verdict).toMatchObject({ kind: "deny", by: "grant" });
    },
  );

  test("a tool with 0 calls is not granted", async () => {
    const gate = open({ grant: { lookUp: { calls: 0 } } });
    expect(await gate.judge(call("lookUp"))).toMatchObject({ kind: "deny", by: "grant" });
  });
});

describe("the number of calls", () => {
  test("is the grant's, else the config's", async () => {
    const gate = open({ grant: { lookUp: { calls: 1 }, close: true }, rule: { callsPerTool: 2 } });
    const kinds: string[] = [];
    for (const tool of ["lookUp", "lookUp", "close", "close", "close"]) {
      kinds.push((await made(gate, call(tool, { at: kinds.length }))).kind);
    }
    expect(kinds).toEqual(["run", "deny", "run", "run", "deny"]);
  });

  test("holds for calls of the same step, before any of them has run", async () => {
    const gate = open({ grant: { lookUp: { calls: 1 } } });
    const verdicts = await Promise.all([1, 2].map((at) => gate.judge(call("lookUp", { at }))));
    expect(verdicts).toMatchObject([{ kind: "run" }, { kind: "deny", by: "calls" }]);
    expect(verdicts[1]).toMatchObject({
      reason: "This tool may be called once in a run, and has been.",
    });
  });

  test("calls that fail or time out count; those that were denied give their place back", async () => {
    const gate = open({ grant: { refund: { calls: 2 } } });
    for (const outcome of ["denied", "failed", "timed-out"] as const) {
      const asked = call("refund", { outcome });
      expect(await gate.judge(asked)).toMatchObject({ kind: "ask", by: "approval" });
      gate.ended(asked, outcome, "no");
    }
    expect(await gate.judge(call("refund"))).toMatchObject({ kind: "deny", by: "calls" });
  });

  test("two calls under one id hold two places", async () => {
    const gate = open({ grant: { close: { calls: 1 } } });
    const twice = [1, 2].map((at) => ({ ...call("close", { at }), toolCallId: "same" }));
    const verdicts = await Promise.all(twice.map((asked) => gate.judge(asked)));
    expect(verdicts.map(({ kind }) => kind)).toEqual(["run", "deny"]);
  });

  test("a tool that changes its input gives back its place all the same", async () => {
    const gate = open({ grant: { close: { calls: 2 } } });
    const asked = call("close", { ticket: 1 });
    await gate.judge(asked);
    (asked.input as { ticket: number }).ticket = 2;
    gate.ended(asked, "done", "ok");
    expect(gate.state.made).toMatchObject([{ input: { ticket: 1 } }]);
    expect((await gate.judge(call("close", { ticket: 3 }))).kind).toBe("run");
    expect((await gate.judge(call("close", { ticket: 4 }))).kind).toBe("deny");
  });
});

describe("the same call again", () => {
  test("a write that was done: its result again, then a denial, then the end", async () => {
    const gate = open({ grant: { close: true } });
    await made(gate, call("close", { a: 1, b: 2 }), { closed: true });
    const kinds = [];
    for (let at = 0; at < 3; at++) kinds.push(await gate.judge(call("close", { b: 2, a: 1 })));
    expect(kinds).toMatchObject([
      { kind: "repeat", output: { closed: true } },
      { kind: "deny", by: "repeat" },
      { kind: "end", summary: expect.stringContaining("close") },
    ]);
    expect((await gate.judge(call("close", { a: 2 }))).kind).toBe("run");
  });

  test("of two in one step, the second never runs beside the first, and does not count", async () => {
    const gate = open({ grant: { close: true } });
    const first = call("close");
    const verdicts = await Promise.all(
      [first, call("close"), call("close"), call("close"), call("close")].map((asked) =>
        gate.judge(asked),
      ),
    );
    expect(verdicts.map(({ kind }) => kind)).toEqual(["run", "deny", "deny", "deny", "deny"]);
    gate.ended(first, "done", "closed");
    expect(await gate.judge(call("close"))).toMatchObject({ kind: "repeat", output: "closed" });
  });

  test("a write that failed is tried again, as often as `repeats` says", async () => {
    const gate = open({ grant: { refund: { approval: false } }, rule: { repeats: 2 } });
    const kinds: string[] = [];
    for (let at = 0; at < 4; at++) {
      const asked = call("refund");
      const { kind } = await gate.judge(asked);
      kinds.push(kind);
      if (kind === "run") gate.ended(asked, at === 0 ? "failed" : "timed-out", "failed");
    }
    expect(kinds).toEqual(["run", "run", "repeat", "end"]);
  });

  test("a read is run `repeats` times, then answered with its last result, then the run ends", async () => {
    const gate = open({ grant: { lookUp: true }, rule: { repeats: 2 } });
    const verdicts = [];
    for (const output of ["one", "two", "three", "four"]) {
      verdicts.push(await made(gate, call("lookUp"), output));
    }
    expect(verdicts).toMatchObject([
      { kind: "run" },
      { kind: "run" },
      { kind: "repeat", output: "two", reason: expect.stringContaining("last result") },
      { kind: "end" },
    ]);
  });

  test("nobody is asked for consent to the same call again and again", async () => {
    const gate = open({ grant: { refund: true }, rule: { repeats: 2 } });
    const verdicts = [];
    for (let at = 0; at < 4; at++) {
      const asked = call("refund");
      const verdict = await gate.judge(asked);
      verdicts.push(verdict);
      if (verdict.kind === "ask") gate.ended(asked, "denied", "no");
    }
    expect(verdicts).toMatchObject([
      { kind: "ask" },
      { kind: "ask" },
      { kind: "deny", by: "repeat" },
      { kind: "end" },
    ]);
  });
});

describe("allow", () => {
  test("true allows; a text is the reason; all else denies", async () => {
    const said: unknown[] = [true, "too much", false, "", undefined, null, 1, {}, "true"];
    const verdicts = [];
    for (const [at, answer] of said.entries()) {
      const gate = open({ grant: { lookUp: { allow: () => answer as boolean } } });
      verdicts.push(await gate.judge(call("lookUp", { at })));
    }
    const general = "The grant does not allow the tool with these arguments.";
    expect(verdicts[0]).toEqual({ kind: "run" });
    expect(verdicts[1]).toEqual({ kind: "deny", by: "constraint", reason: "too much" });
    expect(verdicts[2]).toEqual({ kind: "deny", by: "constraint", reason: general });
    for (const verdict of verdicts.slice(3, 8)) {
      expect(verdict).toMatchObject({ kind: "deny", by: "constraint", reason: general });
    }
    expect(verdicts[4]).toMatchObject({ error: expect.any(TypeError) });
    expect(verdicts[8]).toMatchObject({ kind: "deny", reason: "true" });
  });

  test("a reason is one line, and short", async () => {
    const gate = open({ grant: { lookUp: { allow: () => `no\n\nSystem:\t${"é".repeat(500)}` } } });
    const verdict = await gate.judge(call("lookUp"));
    expect(verdict).toMatchObject({ reason: expect.stringMatching(/^no System: é+…$/) });
    expect("reason" in verdict && [...verdict.reason].length).toBe(300);
  });

  test.each([
    ["throws", () => Promise.reject(new Error("db password is hunter2"))],
    [
      "throws at once",
      () => {
        throw new Error("db password is hunter2");
      },
    ],
  ])("a rule that %s denies; the model is not told why", async (_how, allow) => {
    const gate = open({ grant: { lookUp: { allow } } });
    const verdict = await gate.judge(call("lookUp"));
    expect(verdict).toMatchObject({ kind: "deny", by: "constraint", error: expect.any(Error) });
    expect("reason" in verdict && verdict.reason).not.toContain("hunter2");
  });

  test("a rule that never answers denies when the tool's time is up, and is told so", async () => {
    let told: AbortSignal | undefined;
    const allow = (_input: unknown, { signal }: { signal: AbortSignal }): Promise<boolean> => {
      told = signal;
      return new Promise(() => {});
    };
    const gate = open({ grant: { lookUp: { allow } }, rule: { toolTimeoutMs: 20 } });
    const verdict = await gate.judge(call("lookUp"));
    expect(verdict).toMatchObject({ kind: "deny", by: "constraint" });
    expect(verdict).toMatchObject({ error: { message: expect.stringContaining("20 ms") } });
    expect(told?.aborted).toBe(true);
  });

  test("the run's abort ends the wait, and calls that wait for their turn", async () => {
    const run = new AbortController();
    const allow = vi.fn(() => new Promise<boolean>(() => {}));
    const gate = open({ grant: { lookUp: { allow } }, signal: run.signal });
    const verdicts = [gate.judge(call("lookUp", 1)), gate.judge(call("lookUp", 2))];
    const settled = Promise.allSettled(verdicts);
    await vi.waitFor(() => expect(allow).toHaveBeenCalled());
    run.abort(new Error("the caller left"));
    for (const outcome of await settled) {
      expect(outcome).toMatchObject({ status: "rejected", reason: { message: "the caller left" } });
    }
    expect(allow).toHaveBeenCalledTimes(1);
  });

  test("sees the caller's context and what was run before, failures and the same step included", async () => {
    const seen: unknown[] = [];
    const gate = open({
      grant: {
        refund: {
          ...freely,
          allow: ({ amount }: { amount: number }, { context, earlier }) => {
            seen.push(context);
            const sum = (earlier as readonly { amount: number }[]).reduce(
              (all, one) => all + one.amount,
              0,
            );
            return sum + amount <= 50 || `${50 - sum} USD are left`;
          },
        },
      },
    });
    const failed = call("refund", { amount: 20 });
    await gate.judge(failed);
    gate.ended(failed, "failed", "no");
    const step = [{ amount: 20 }, { amount: 15 }, { amount: 10 }];
    const verdicts = await Promise.all(step.map((input) => gate.judge(call("refund", input))));
    expect(verdicts).toMatchObject([
      { kind: "run" },
      { kind: "deny", reason: "10 USD are left" },
      { kind: "run" },
    ]);
    expect(seen).toEqual(Array.from({ length: 4 }, () => ({ customer: "ann" })));
  });

  test("earlier inputs are what they were, after a pause and after who changed them", async () => {
    const seen: unknown[] = [];
    const grant = {
      close: {
        allow: (input: { at: unknown }, { earlier }: { earlier: readonly unknown[] }) => {
          seen.push(...earlier);
          input.at = "changed";
          return true;
        },
      },
    } as Grant["tools"];
    const before = open({ grant });
    const input = { at: new Date(0), cents: 5n, tags: new Set(["a"]) };
    await made(before, call("close", input));
    const state = JSON.parse(JSON.stringify(before.state)) as RunState;
    const after = open({ grant, state });
    await made(after, call("close", { at: new Date(1) }));
    expect(seen).toEqual([{ at: new Date(0), cents: 5n, tags: new Set(["a"]) }]);
    expect(input.at).toEqual(new Date(0));
    const again = { at: new Date(0), cents: 5n, tags: new Set(["a"]) };
    expect((await after.judge(call("close", again))).kind).toBe("repeat");
  });
});

describe("approval", () => {
  const ask = async (grant: Grant["tools"][string], tool = "refund"): Promise<Verdict> =>
    open({ grant: { [tool]: grant } }).judge(call(tool));

  test("irreversible tools ask unless told not to; others only when told to", async () => {
    expect(await ask(true)).toEqual({
      kind: "ask",
      by: "approval",
      reason: "It cannot be undone.",
    });
    expect(await ask({ approval: false })).toEqual({ kind: "run" });
    expect(await ask({ approval: () => false })).toEqual({ kind: "run" });
    expect(await ask(true, "close")).toEqual({ kind: "run" });
    expect(await ask(true, "lookUp")).toEqual({ kind: "run" });
    expect(await ask({ approval: true }, "lookUp")).toMatchObject({ kind: "ask", by: "approval" });
    expect(await ask({ approval: () => "more than 20 USD" }, "close")).toMatchObject({
      kind: "ask",
      reason: "more than 20 USD",
    });
  });

  test("a rule that throws, or says nothing, asks", async () => {
    const faulty = [
      () => {
        throw new Error("no");
      },
      () => undefined as unknown as boolean,
      () => "",
    ];
    for (const approval of faulty) {
      expect(await ask({ approval }, "close")).toMatchObject({ kind: "ask", by: "approval" });
    }
  });

  test("a call that waits keeps its place, and is judged again when the run goes on", async () => {
    const gate = open({ grant: { refund: { calls: 1 } } });
    const asked = call("refund");
    await gate.judge(asked);
    gate.ended(asked, "waiting", undefined);
    expect(await gate.judge(call("refund"))).toMatchObject({ kind: "deny", by: "repeat" });
    expect(await gate.judge(call("refund", { at: 2 }))).toMatchObject({
      kind: "deny",
      by: "calls",
    });
    const state = JSON.parse(JSON.stringify(gate.state)) as RunState;
    expect(state.made).toEqual([]);
    const later = open({ grant: { refund: { calls: 1 } }, state });
    expect((await later.judge(asked)).kind).toBe("ask");
  });
});

describe("untrusted content", () => {
  interface Asked {
    readonly tool?: string;
    readonly input?: unknown;
    readonly hosts?: readonly string[];
  }
  const onceRead = async (
    grant: Grant["tools"][string],
    { tool = "close", input = {}, hosts = ["shop.example"] }: Asked = {},
  ): Promise<Verdict> => {
    const gate = open({ grant: { [tool]: grant }, hosts });
    gate.readUntrusted("the result of lookUp");
    gate.readUntrusted("documents");
    return gate.judge(call(tool, input));
  };

  test("tools that change something ask, unless the grant says otherwise", async () => {
    expect(await onceRead(true)).toEqual({
      kind: "ask",
      by: "untrusted",
      reason: "The run had read untrusted content (the result of lookUp).",
    });
    expect(await onceRead({ afterUntrusted: "allow" })).toEqual({ kind: "run" });
    expect(await onceRead({ afterUntrusted: "deny" })).toMatchObject({
      kind: "deny",
      by: "untrusted",
    });
    expect(await onceRead(true, { tool: "lookUp" })).toEqual({ kind: "run" });
  });

  test("consent waived for what a tool does is not waived for what was read, nor the other way round", async () => {
    const refund = { tool: "refund" };
    expect(await onceRead({ approval: false }, refund)).toMatchObject({ by: "untrusted" });
    expect(await onceRead({ afterUntrusted: "allow" }, refund)).toMatchObject({ by: "approval" });
    expect(await onceRead(freely, refund)).toEqual({ kind: "run" });
    const both = await onceRead(true, refund);
    expect(both).toMatchObject({ kind: "ask", by: "approval" });
    expect("reason" in both && both.reason).toMatch(/cannot be undone.*untrusted content/);
    expect(await onceRead({ ...freely, afterUntrusted: "deny" }, refund)).toMatchObject({
      by: "untrusted",
    });
  });

  test.each<[input: unknown, host: string]>([
    [{ page: { url: "https://evil.example/?d=42" } }, "evil.example"],
    [{ url: "https://shop.example@evil.example/" }, "evil.example"],
    [{ url: "//evil.example/x" }, "evil.example"],
    [{ host: "evil.example" }, "evil.example"],
    [{ query: ["see https://evil.example/?d=42"] }, "evil.example"],
    [{ at: new Map([["url", new URL("https://evil.example")]]) }, "evil.example"],
    [{ url: "https://shop.example.evil.example/" }, "shop.example.evil.example"],
  ])("a read whose arguments lead to a host that is not granted asks: %j", async (input, host) => {
    expect(await onceRead(true, { tool: "lookUp", input })).toEqual({
      kind: "ask",
      by: "hosts",
      reason: `The run had read untrusted content (the result of lookUp), and the arguments lead to ${host}, which the grant does not list.`,
    });
    const clean = open({ grant: { lookUp: true } });
    expect(await clean.judge(call("lookUp", input))).toEqual({ kind: "run" });
  });

  test.each([
    { url: "https://shop.example/terms" },
    { orderId: "A-1", note: "version 1.2.3 costs 5.50" },
  ])("a read whose arguments lead nowhere else does not ask: %j", async (input) => {
    expect(await onceRead(true, { tool: "lookUp", input })).toEqual({ kind: "run" });
  });

  test("what was read first is kept", () => {
    const gate = open({ grant: {} });
    gate.readUntrusted("the result of lookUp");
    gate.readUntrusted("documents");
    expect(gate.state.untrusted).toBe("the result of lookUp");
  });
});
