import fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import type { ToolEffect, ToolOutcome } from "../../../call/tool-record.ts";
import { defaults } from "../../../config/defaults.ts";
import type { Grant, ToolGrant } from "../grant.ts";
import { type Gate, openGate } from "./gate.ts";
import { newRunState, type RunState } from "./run-state.ts";
import type { AskedCall, Verdict } from "./verdict.ts";

const effects = { look: "read", close: "write", pay: "irreversible" } as const;
type Tool = keyof typeof effects;
const traits = { inputSchema: z.object({}), execute: () => "ok" };
const tools = {
  look: { ...traits, effect: effects.look },
  close: { ...traits, effect: effects.close },
  pay: { ...traits, effect: effects.pay },
};

/** A grant in words of data, which the model of the rules reads without the gate's code. */
interface Rules {
  readonly calls: number | undefined;
  /** The sum of all amounts never passes it. */
  readonly most: number | undefined;
  readonly approval: boolean | "above 2" | undefined;
  readonly afterUntrusted: "ask" | "deny" | "allow" | undefined;
}
type Rulebook = { readonly [Name in Tool]?: Rules | undefined };

interface Input {
  readonly amount: bigint;
  readonly url: string | undefined;
}

interface Planned {
  readonly tool: Tool | "steal" | "__proto__";
  readonly input: Input;
  readonly outcome: "done" | "failed" | "timed-out";
  readonly answer: "yes" | "no" | "later, then yes" | "later, then no";
}

interface Step {
  readonly calls: readonly Planned[];
  /** Whether the step's results can have been written by strangers. */
  readonly isUntrusted: boolean;
}

const rules = fc.record<Rules>({
  calls: fc.option(fc.nat(4), { nil: undefined }),
  most: fc.option(fc.nat(8), { nil: undefined }),
  approval: fc.constantFrom<Rules["approval"][]>(undefined, true, false, "above 2"),
  afterUntrusted: fc.constantFrom<Rules["afterUntrusted"][]>(undefined, "ask", "deny", "allow"),
});
const perhaps = fc.option(rules, { nil: undefined });
const rulebook = fc.record<Rulebook>({ look: perhaps, close: perhaps, pay: perhaps });
const url = fc.constantFrom(undefined, "https://shop.example/a", "https://evil.example/?d=1");
const planned = fc.record<Planned>({
  tool: fc.constantFrom<Planned["tool"][]>("look", "close", "pay", "pay", "steal", "__proto__"),
  input: fc.record({ amount: fc.bigInt(0n, 4n), url }),
  outcome: fc.constantFrom<Planned["outcome"][]>("done", "done", "failed", "timed-out"),
  answer: fc.constantFrom<Planned["answer"][]>(
    "yes",
    "yes",
    "no",
    "later, then yes",
    "later, then no",
  ),
});
const step = fc.record<Step>({
  calls: fc.array(planned, { minLength: 1, maxLength: 4 }),
  isUntrusted: fc.boolean(),
});

const sumOf = (inputs: readonly Input[]): bigint =>
  inputs.reduce((sum, { amount }) => sum + amount, 0n);

function toolGrantOf({ calls, most, approval, afterUntrusted }: Rules): ToolGrant<Input> {
  return {
    calls,
    allow:
      most === undefined
        ? undefined
        : async (input, { earlier }) => sumOf([...earlier, input]) <= most || "more than there is",
    approval:
      approval === "above 2" ? ({ amount }) => amount > 2n && "an amount above 2" : approval,
    afterUntrusted,
  };
}

function grantOf(book: Rulebook): Grant {
  const granted = Object.entries(book).flatMap(([tool, rules]) =>
    rules === undefined ? [] : [[tool, toolGrantOf(rules)] as const],
  );
  return { tools: Object.fromEntries(granted), hosts: ["shop.example"] };
}

/** A call that had a place, as one who only watches tools run would note it. */
interface Noted extends Planned {
  readonly hadConsent: boolean;
  readonly wasUntrusted: boolean;
}

/** What the rules say of a call that was never asked for before, in plain words. */
function expected(
  call: Planned,
  book: Rulebook,
  noted: readonly Noted[],
  untrusted: boolean,
): string {
  const rules = Object.hasOwn(book, call.tool) ? book[call.tool as Tool] : undefined;
  if (rules === undefined || rules.calls === 0) return "deny grant";
  const same = noted.filter(({ tool }) => tool === call.tool);
  if (same.length >= (rules.calls ?? 5)) return "deny calls";
  const sum = sumOf([...same, call].map(({ input }) => input));
  if (rules.most !== undefined && sum > rules.most) return "deny constraint";
  const changes = call.tool !== "look";
  if (untrusted && changes && rules.afterUntrusted === "deny") return "deny untrusted";
  if (needsConsent(call, rules)) return "ask approval";
  if (!untrusted) return "run";
  if (changes) return rules.afterUntrusted === "allow" ? "run" : "ask untrusted";
  return call.input.url?.includes("evil") ? "ask hosts" : "run";
}

function needsConsent({ tool, input }: Planned, { approval = tool === "pay" }: Rules): boolean {
  return approval === "above 2" ? input.amount > 2n : approval;
}

const said = (verdict: Verdict): string =>
  "by" in verdict ? `${verdict.kind} ${verdict.by}` : verdict.kind;
const twinOf = (one: Planned) => (other: Planned) =>
  other.tool === one.tool &&
  other.input.amount === one.input.amount &&
  other.input.url === one.input.url;

/** Plays a run as the agent does: all calls of a step are judged, then those that may are run. */
async function play(book: Rulebook, steps: readonly Step[], repeats: number): Promise<Noted[]> {
  const grant = grantOf(book);
  const noted: Noted[] = [];
  const asked: Planned[] = [];
  let state: RunState = newRunState();
  let untrusted = false;
  const open = (): Gate =>
    openGate({
      tools,
      grant,
      rule: { ...defaults.agent, costUsd: undefined, callsPerTool: 5, repeats },
      context: {},
      state,
      signal: new AbortController().signal,
    });
  let gate = open();
  let ids = 0;

  for (const { calls, isUntrusted } of steps) {
    const running: [AskedCall, ToolOutcome][] = [];
    const waiting: [AskedCall, Planned][] = [];
    const start = (call: AskedCall, plan: Planned, hadConsent: boolean): void => {
      noted.push({ ...plan, hadConsent, wasUntrusted: untrusted });
      running.push([call, plan.outcome]);
    };
    for (const plan of calls) {
      // Every third call comes under an id that was used before, as some models have them.
      const call = { tool: plan.tool, input: plan.input, toolCallId: `id-${ids++ % 3}` };
      const verdict = await gate.judge(call);
      if (!asked.some(twinOf(plan))) {
        const held = waiting.map(([, one]) => ({ ...one, hadConsent: false, wasUntrusted: false }));
        expect(said(verdict)).toBe(expected(plan, book, [...noted, ...held], untrusted));
      }
      asked.push(plan);
      if (verdict.kind === "end") return noted;
      if (verdict.kind === "run") start(call, plan, false);
      if (verdict.kind !== "ask") continue;
      if (plan.answer === "yes") start(call, plan, true);
      else if (plan.answer === "no") gate.ended(call, "denied", "no");
      else waiting.push([call, plan]);
    }
    for (const [call, outcome] of running.splice(0)) gate.ended(call, outcome, { outcome });
    for (const [call] of waiting) gate.ended(call, "waiting", undefined);
    if (isUntrusted) gate.readUntrusted("the result of look");
    untrusted ||= isUntrusted;
    if (waiting.length === 0) continue;
    state = JSON.parse(JSON.stringify(gate.state)) as RunState;
    gate = open();
    for (const [call, plan] of waiting) {
      const verdict = await gate.judge(call);
      if (verdict.kind === "end") return noted;
      if (verdict.kind !== "ask" && verdict.kind !== "run") continue;
      if (plan.answer === "later, then no") gate.ended(call, "denied", "no");
      else start(call, plan, true);
    }
    for (const [call, outcome] of running) gate.ended(call, outcome, { outcome });
  }
  return noted;
}

test("whatever is granted and whatever a model asks for, the rules hold", {
  timeout: 60_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(
      rulebook,
      fc.array(step, { maxLength: 8 }),
      fc.integer({ min: 1, max: 3 }),
      async (book, steps, repeats) => {
        const noted = await play(book, steps, repeats);
        for (const tool of new Set(noted.map((call) => call.tool))) {
          const effect: ToolEffect | undefined = effects[tool as Tool];
          const rules = book[tool as Tool];
          if (effect === undefined || rules === undefined) expect.fail(`${tool} was run`);
          const made = noted.filter((call) => call.tool === tool);
          const total = sumOf(made.map(({ input }) => input));
          expect(made.length).toBeLessThanOrEqual(rules.calls ?? 5);
          expect(Number(total)).toBeLessThanOrEqual(rules.most ?? Number.POSITIVE_INFINITY);
          for (const call of made) {
            const twins = made.filter(twinOf(call));
            const done = twins.filter(({ outcome }) => outcome === "done");
            expect(twins.length).toBeLessThanOrEqual(repeats);
            if (effect !== "read") expect(done.length).toBeLessThanOrEqual(1);
            if (effect !== "read" && done.length === 1) expect(twins.at(-1)?.outcome).toBe("done");
            if (call.hadConsent) continue;
            expect(needsConsent(call, rules)).toBe(false);
            if (!call.wasUntrusted) continue;
            if (effect !== "read") expect(rules.afterUntrusted).toBe("allow");
            if (effect === "read") expect(call.input.url ?? "").not.toContain("evil");
          }
        }
      },
    ),
    { numRuns: 500 },
  );
});
