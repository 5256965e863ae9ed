import { setTimeout as wait } from "node:timers/promises";
import { createMCPClient } from "@ai-sdk/mcp";
import { defineTool, ToolFailure, withTraits } from "llm-seam";
import type { Reply } from "llm-seam/simulator";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { calls, replyWith } from "../support/agent.ts";
import {
  type Harness,
  rejection,
  type StoredEvent,
  startAfresh,
  startHarness,
} from "../support/harness.ts";
import { startMcpServer } from "../support/mcp-http.ts";
import { injection, picture, serverSecret } from "../support/mcp-tools.ts";

const tasks = {
  anthropic: { model: "anthropic/claude-haiku-4-5" },
  openai: { model: "openai/gpt-4.1-mini" },
  redacted: { model: "anthropic/claude-haiku-4-5", content: "redacted" },
  bare: { model: "anthropic/claude-haiku-4-5", content: "none" },
  classify: { model: "openai/gpt-4.1-mini" },
} as const;
type Task = keyof typeof tasks;

let harness: Harness<Task>;

beforeAll(async () => {
  harness = await startHarness({
    tasks,
    defaults: { breaker: false, retry: { attempts: 3, baseDelay: 1 } },
  });
});
beforeEach(async () => {
  await startAfresh(harness.simulator);
});
afterAll(() => harness[Symbol.asyncDispose]());

const replies = (...steps: Reply[]): void => replyWith(harness.simulator, ...steps);

/** All that has left for a model, as it went over the wire. */
const sent = (): string => JSON.stringify(harness.simulator.requests.map(({ body }) => body));

async function toolEvents(runId: string): Promise<StoredEvent[]> {
  const events = await harness.events();
  return events.filter((event) => event.trace_id === runId && event["pattern"] === "tool");
}

const nothing = z.object({});

describe.each(["anthropic", "openai"] as const)("tools of a run, %s", (task) => {
  test("one that takes too long is stopped, the model is told, and the run goes on", async () => {
    const reasons: unknown[] = [];
    const slow = defineTool({
      description: "Is slow.",
      effect: "read",
      timeout: "50ms",
      inputSchema: nothing,
      execute: (_, { abortSignal }) => {
        abortSignal.addEventListener("abort", () => reasons.push(abortSignal.reason));
        return new Promise<string>(() => {});
      },
    });
    replies(calls(["slow", {}]), "It is slow today.");
    const run = await harness.seam
      .agent(task, { tools: { slow }, grant: { tools: { slow: true } } })
      .run({ prompt: "Look." });
    expect(run).toMatchObject({ outcome: "answered", text: "It is slow today.", untrusted: false });
    expect(reasons).toMatchObject([{ name: "TimeoutError" }]);
    expect(sent()).toContain("The tool slow took longer than 50 ms and was stopped.");
    const [event] = await toolEvents(run.runId);
    expect(event).toMatchObject({ error_code: "ToolTimedOut", response: null });
    expect(Number(event?.["latency_ms"])).toBeGreaterThanOrEqual(49);
  });

  test("one that ignores its signal holds the run neither past its deadline nor past an abort", async () => {
    const deaf = defineTool({
      description: "Hears nothing.",
      effect: "write",
      inputSchema: nothing,
      execute: () => wait(30_000, "late", { ref: false }),
    });
    const options = { tools: { deaf }, grant: { tools: { deaf: true } } } as const;
    replies(calls(["deaf", {}]), "Never.");
    const agent = harness.seam.agent(task, { ...options, limits: { deadline: "300ms" } });
    const late = await rejection(agent.run({ prompt: "Look." }));
    expect(late).toMatchObject({
      code: "DeadlineExceeded",
      limit: "run",
      steps: [{ toolCalls: [{ name: "deaf", outcome: "failed" }] }],
    });

    replies(calls(["deaf", {}]), "Never.");
    const abort = new AbortController();
    const reason = new Error("the caller left");
    const stream = harness.seam
      .agent(task, options)
      .stream({ prompt: "Look.", signal: abort.signal });
    const result = rejection(stream.result);
    for await (const part of stream) {
      if (part.type !== "tool") continue;
      abort.abort(reason);
      break;
    }
    expect(await result).toBe(reason);
  });

  test("a result is cut to size for the model, visibly, and kept whole in the event", async () => {
    const pages = defineTool({
      description: "Reads pages.",
      effect: "read",
      maxOutput: 1_000,
      inputSchema: nothing,
      execute: () => `${"a".repeat(1_000)}${"b".repeat(5_000)}`,
    });
    replies(calls(["pages", {}]), "Long.");
    const run = await harness.seam
      .agent(task, { tools: { pages }, grant: { tools: { pages: true } } })
      .run({ prompt: "Read." });
    expect(sent()).toContain("[cut: the first 1,000 of 6,000 characters]");
    expect(sent()).not.toContain("bbb");
    const [event] = await toolEvents(run.runId);
    expect(JSON.stringify(event?.["response"])).toContain("b".repeat(5_000));
    expect(JSON.parse(String(event?.["tool"]))).toMatchObject({ cutFrom: 6_000, untrusted: true });
    expect(run.steps[0]?.toolCalls[0]?.output).toHaveLength(6_000);
  });

  test("of an error the model reads one sentence; the event has the rest, but no secret", async () => {
    const secret = "sk-live-0123456789abcdef";
    const fail = defineTool({
      description: "Fails.",
      effect: "read",
      inputSchema: nothing,
      execute: () => {
        throw new TypeError("no row for ann", {
          cause: new Error(`connect failed: api_key=${secret}`),
        });
      },
    });
    const refuse = defineTool({
      description: "Knows better.",
      effect: "read",
      inputSchema: nothing,
      execute: () => {
        throw new ToolFailure("There is no order A1: ask for its number.");
      },
    });
    replies(calls(["fail", {}], ["refuse", {}]), "Something is broken.");
    const run = await harness.seam
      .agent(task, { tools: { fail, refuse }, grant: { tools: { fail: true, refuse: true } } })
      .run({ prompt: "Look." });
    expect(sent()).toContain("The tool fail failed.");
    expect(sent()).toContain("There is no order A1: ask for its number.");
    for (const leak of ["no row for ann", "connect failed", secret, "tools.test.ts", "    at "]) {
      expect(sent()).not.toContain(leak);
    }
    const [failed, refused] = await toolEvents(run.runId);
    expect(failed).toMatchObject({
      error_code: "ToolFailed",
      error_message: "TypeError: no row for ann; caused by Error: connect failed: api_key=[secret]",
    });
    expect(refused).toMatchObject({ error_code: "ToolFailed" });
    expect(JSON.stringify(await harness.events())).not.toContain(secret);
  });

  test("reads of one answer run side by side, a write runs alone, and nothing overtakes it", async () => {
    const running = new Set<string>();
    const seen: Record<string, readonly string[]> = {};
    const meeting = Promise.withResolvers<void>();
    const work = (effect: "read" | "write") =>
      defineTool({
        description: "Works.",
        effect,
        trusted: true,
        inputSchema: z.object({ id: z.string() }),
        execute: async ({ id }) => {
          running.add(id);
          seen[id] = [...running];
          if (running.has("r1") && running.has("r2")) meeting.resolve();
          if (id === "r1" || id === "r2") await meeting.promise;
          else await wait(20);
          running.delete(id);
          return "done";
        },
      });
    const tools = { look: work("read"), change: work("write") };
    const ids = [
      ["r1", "look"],
      ["r2", "look"],
      ["w1", "change"],
      ["w2", "change"],
      ["r3", "look"],
    ];
    replies(calls(...ids.map(([id, name = ""]) => [name, { id }] as const)), "Done.");
    const run = await harness.seam
      .agent(task, { tools, grant: { tools: { look: true, change: true } } })
      .run({ prompt: "Work." });
    expect(Object.keys(seen)).toEqual(["r1", "r2", "w1", "w2", "r3"]);
    expect(seen).toMatchObject({ r2: ["r1", "r2"], w1: ["w1"], w2: ["w2"], r3: ["r3"] });
    expect(run.steps[0]?.toolCalls.map(({ outcome }) => outcome)).toEqual(Array(5).fill("done"));
    const results = harness.simulator.requests[1]?.body;
    const order = [
      ...JSON.stringify(results).matchAll(/"(?:tool_use_id|tool_call_id)":"([^"]+)"/g),
    ];
    expect(order.map(([, id]) => id)).toEqual(
      run.steps[0]?.toolCalls.map((call) => call.toolCallId),
    );
  });

  test("a refund that failed after it was paid, and is asked for again, is paid once", async () => {
    const paid = new Map<string, number>();
    let tries = 0;
    const refund = defineTool({
      description: "Pays back.",
      effect: "irreversible",
      trusted: true,
      inputSchema: z.object({ orderId: z.string(), amount: z.number() }),
      execute: ({ amount }, { idempotencyKey }) => {
        paid.set(idempotencyKey, amount);
        tries += 1;
        if (tries % 2 === 1) throw new Error("the connection broke after it was paid");
        return "paid";
      },
    });
    const grant = { tools: { refund: { approval: false } } } as const;
    const agent = harness.seam.agent(task, { tools: { refund }, grant });
    const steps = [
      calls(["refund", { orderId: "A1", amount: 20 }]),
      calls(["refund", { amount: 20, orderId: "A1" }]),
      "Paid.",
    ];
    replies(...steps);
    harness.simulator.play(["status-429", "none", "status-429"]);
    const first = await agent.run({ prompt: "Pay.", key: "ticket-4711" });
    expect(first.outcome).toBe("answered");
    expect(tries).toBe(2);
    expect([...paid.values()]).toEqual([20]);
    const [failed, done] = await toolEvents(first.runId);
    const keys = [failed, done].map((event) => JSON.parse(String(event?.["tool"])).idempotencyKey);
    expect(keys).toEqual([...paid.keys(), ...paid.keys()]);

    replies(...steps);
    await agent.run({ prompt: "Pay.", key: "ticket-4711" });
    expect(paid.size).toBe(1);
    replies(...steps);
    await agent.run({ prompt: "Pay.", key: "ticket-4712" });
    expect(paid.size).toBe(2);
  });

  test("a tool that changes its input neither hides what it was asked, nor can be asked again", async () => {
    let paid = 0;
    const refund = defineTool({
      description: "Pays back.",
      effect: "irreversible",
      trusted: true,
      inputSchema: z.object({ amount: z.number() }),
      execute: (input) => {
        paid += input.amount;
        input.amount = 0;
        return "paid";
      },
    });
    const again = calls(["refund", { amount: 20 }]);
    replies(again, again, "Paid.");
    const run = await harness.seam
      .agent(task, {
        tools: { refund },
        grant: { tools: { refund: { approval: false } } },
      })
      .run({ prompt: "Pay." });
    expect(paid).toBe(20);
    expect(run.steps.flatMap(({ toolCalls }) => toolCalls)).toMatchObject([
      { input: { amount: 20 }, outcome: "done" },
      { input: { amount: 20 }, outcome: "repeated" },
    ]);
    const [event] = await toolEvents(run.runId);
    expect(JSON.stringify(event?.["prompt"])).toContain('"amount":20');
  });

  test("what a tool asks of a model hangs from its event, and counts as the run's", async () => {
    const classify = defineTool({
      description: "Classifies.",
      effect: "read",
      trusted: true,
      inputSchema: nothing,
      execute: async () =>
        (await harness.seam.complete("classify", { prompt: "What is it?" })).text,
    });
    replies(calls(["classify", {}]), "a parcel", "A parcel.");
    const run = await harness.seam
      .agent(task, { tools: { classify }, grant: { tools: { classify: true } } })
      .run({ prompt: "What is it?" });
    const events = (await harness.events()).filter(({ trace_id }) => trace_id === run.runId);
    const tool = events.find((event) => event["pattern"] === "tool");
    const inner = events.find(({ task: name }) => name === "classify");
    const root = events.find(({ id }) => id === run.runId);
    expect(inner).toMatchObject({ parent_id: tool?.id, pattern: "complete" });
    expect(tool).toMatchObject({
      parent_id: run.runId,
      children: 1,
      cost_usd: inner?.["cost_usd"],
      input_tokens: inner?.["input_tokens"],
    });
    const asked = events.filter(({ source }) => source === "model" && source !== undefined);
    const leaves = asked.filter(({ id }) => id !== run.runId);
    const sum = leaves.reduce((total, event) => total + Number(event["cost_usd"]), 0);
    expect(leaves).toHaveLength(3);
    expect(sum).toBeGreaterThan(0);
    expect(run.cost).toBeCloseTo(sum, 12);
    expect(Number(root?.["cost_usd"])).toBeCloseTo(sum, 12);
  });

  test("a call that fails within a tool is a failed tool, not a failed run", async () => {
    const classify = defineTool({
      description: "Classifies.",
      effect: "read",
      inputSchema: nothing,
      execute: () => harness.seam.complete("classify", { prompt: "" }),
    });
    replies(calls(["classify", {}]), "I cannot tell.");
    const run = await harness.seam
      .agent(task, { tools: { classify }, grant: { tools: { classify: true } } })
      .run({ prompt: "What is it?" });
    expect(run).toMatchObject({ outcome: "answered", text: "I cannot tell." });
    const [event] = await toolEvents(run.runId);
    expect(event).toMatchObject({ error_code: "ToolFailed" });
    expect(event?.error_message).toContain("InvalidRequest");
  });

  test("tools of an MCP server are used like local ones, and their words are data", async () => {
    await using server = await startMcpServer();
    const client = await createMCPClient({ transport: { type: "http", url: server.url } });
    const tools = withTraits(await client.tools(), {
      search: { effect: "read" },
      photo: { effect: "read" },
      broken: { effect: "read" },
      slow: { effect: "read", timeout: "100ms" },
      poison: { effect: "read" },
    });
    const all = { search: true, photo: true, broken: true, slow: true, poison: true } as const;
    replies(
      calls(["search", { query: 5 }]),
      calls(
        ["search", { query: "parcels" }],
        ["photo", {}],
        ["broken", {}],
        ["slow", {}],
        ["poison", {}],
      ),
      calls(["order", {}]),
      "All read.",
    );
    const run = await harness.seam
      .agent(task, { tools, grant: { tools: all } })
      .run({ prompt: "Read all." });
    expect(run).toMatchObject({ outcome: "answered", untrusted: true });
    expect(run.steps.map(({ toolCalls }) => toolCalls.map(({ outcome }) => outcome))).toEqual([
      ["malformed"],
      ["done", "done", "failed", "timed-out", "done"],
      ["unknown"],
      [],
    ]);
    await vi.waitFor(() => expect(server.aborted).toBe(1), { timeout: 5_000 });
    expect(sent()).toContain("Nothing about parcels.");
    expect(sent()).toContain(picture);
    expect(sent()).not.toContain(serverSecret);
    expect(sent()).toMatch(
      new RegExp(
        `\\[data (\\w+) from poison\\]\\\\n${injection}\\\\n\\[end of data \\1\\]`.replace(
          /\\1/,
          "\\w+",
        ),
      ),
    );
    await client.close();
  });
});

test("where arguments cannot be checked by their schema, the event says so", async () => {
  const schema = { type: "object", if: { required: ["a"] }, else: { required: ["b"] } };
  const loose = { effect: "read", inputSchema: { jsonSchema: schema }, execute: () => 1 } as const;
  replies(calls(["loose", { any: "thing" }]), "Done.");
  const run = await harness.seam
    .agent("openai", { tools: { loose }, grant: { tools: { loose: true } } })
    .run({ prompt: "Go." });
  const [event] = await toolEvents(run.runId);
  expect(event).toMatchObject({
    error_code: null,
    notes: [expect.stringMatching(/^Arguments are only checked to be an object: /)],
  });
  expect(sent()).toContain('"else":{"required":["b"]}');
});

test.each(["redacted", "bare"] as const)(
  "content that is not kept is not kept of tools either: %s",
  async (task) => {
    const tell = defineTool({
      description: "Tells.",
      effect: "read",
      inputSchema: z.object({ mail: z.string() }),
      execute: ({ mail }) => {
        if (mail.startsWith("bob")) throw new ToolFailure(`${mail} is nobody`);
        return { owner: mail };
      },
    });
    replies(
      calls(["tell", { mail: "ann@example.com" }], ["tell", { mail: "bob@example.com" }]),
      "Well.",
    );
    const run = await harness.seam
      .agent(task, { tools: { tell }, grant: { tools: { tell: true } } })
      .run({ prompt: "Who is it?" });
    const events = await toolEvents(run.runId);
    expect(events).toHaveLength(2);
    const text = JSON.stringify(events);
    expect(text).not.toContain("example.com");
    expect(text.includes("owner")).toBe(task === "redacted");
  },
);
