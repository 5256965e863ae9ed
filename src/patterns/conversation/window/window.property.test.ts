import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { tokensOfMessages } from "../../../call/estimate.ts";
import { ContextTooLong } from "../../../errors.ts";
import type { Message } from "../../prompt.ts";
import { calibrated, estimateThatFits, uncalibrated } from "./calibration.ts";
import { type FixedParts, fixedTokens, windowMessages } from "./messages.ts";
import { planWindow, planWithoutSummary, type WindowInput, type WindowPlan } from "./plan.ts";
import type { HistoryTurn, Summary } from "./turn.ts";
import * as kit from "./window.testkit.ts";

/** One turn of a random conversation, and what happens on its way. */
const step = fc.record({
  messages: kit.exchange,
  pinned: fc.boolean(),
  /** Whether a summary can be made, and how much of its room it takes. */
  summaryTakes: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { freq: 4 }),
  changesRule: fc.oneof(
    { weight: 9, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: kit.rule },
  ),
  /** Real tokens for each estimated one of this request. */
  density: fc.double({ min: 0.3, max: 3, noNaN: true }),
});

/** What one turn was sent with. */
interface Sent {
  readonly input: WindowInput;
  readonly plan: WindowPlan;
  readonly messages: readonly Message[];
  readonly hasFolded: boolean;
}

const conversation = fc.record({
  rule: kit.rule,
  /** How many of five turns may be pinned. */
  pins: fc.integer({ min: 0, max: 2 }),
  facts: fc.array(fc.string({ maxLength: 60 }), { maxLength: 3 }),
  steps: fc.array(step, { minLength: 1, maxLength: 60, size: "max" }),
});

/** Plays a conversation as one is held: plan, fold where needed, send, learn from the usage. */
function* hold({ rule: first, facts, steps, pins }: ConversationOf): Generator<Sent> {
  let rule = first;
  let summary: Summary | undefined;
  let calibration = uncalibrated;
  const turns: HistoryTurn[] = [];
  for (const { messages, pinned, summaryTakes, changesRule, density } of steps) {
    rule = changesRule ?? rule;
    const fixed: FixedParts = {
      system: "You help.",
      facts,
      message: messages.slice(0, 1),
      mark: kit.mark,
    };
    let input: WindowInput = {
      rule,
      calibration,
      fixed: fixedTokens(fixed, undefined),
      turns: [...turns],
      summary,
    };
    let plan: WindowPlan;
    try {
      plan = planWindow(input);
    } catch (error) {
      expect(error).toBeInstanceOf(ContextTooLong);
      continue;
    }
    const hasFolded = plan.fold.length > 0;
    if (hasFolded && summaryTakes === null) {
      plan = planWithoutSummary(input);
    } else if (hasFolded) {
      expect(plan.fold[0]).toBe(summary?.upTo ?? 0);
      const text = kit.textOf(Math.floor((summaryTakes ?? 0) * plan.summaryRoom));
      summary = kit.summaryOf(text, (plan.fold.at(-1) ?? 0) + 1);
      input = { ...input, summary };
      plan = planWindow(input);
      expect(plan.fold).toEqual([]);
    }
    const sent = windowMessages({ ...fixed, plan, turns, summary });
    yield { input, plan, messages: sent, hasFolded };
    const estimated = tokensOfMessages(sent);
    calibration = calibrated(calibration, { estimated, real: estimated * density });
    turns.push(kit.turnOf(turns.length, messages, pinned && turns.length % 5 < pins));
  }
}
type ConversationOf = typeof conversation extends fc.Arbitrary<infer Value> ? Value : never;

function everyTurn(check: (sent: Sent, before: Sent | undefined) => void): void {
  fc.assert(
    fc.property(conversation, (held) => {
      let before: Sent | undefined;
      for (const sent of hold(held)) {
        check(sent, before);
        before = sent;
      }
    }),
    // A conversation that fails is made smaller for so long, not for ever.
    { plugins: [fc.interruptAfterTimeLimit(60_000)] },
  );
}

describe("whatever is said, pinned, summarised or counted", () => {
  test("the window fits", () =>
    everyTurn(({ input, plan, messages }) => {
      const fits = estimateThatFits(input.rule.window, input.calibration);
      expect(plan.tokens).toBeLessThanOrEqual(fits);
      expect(tokensOfMessages(messages)).toBeLessThanOrEqual(plan.tokens);
    }));

  test("every turn is sent, in the summary, or left out: one of them", () =>
    everyTurn(({ input, plan }) => {
      const upTo = plan.withSummary ? (input.summary?.upTo ?? 0) : 0;
      const summed = input.turns.filter(({ index, pinned }) => index < upTo && !pinned);
      const all = [...summed.map(({ index }) => index), ...plan.dropped, ...plan.verbatim];
      expect(all.toSorted((a, b) => a - b)).toEqual(input.turns.map(({ index }) => index));
    }));

  test("what is in the summary need not be read again", () =>
    everyTurn(({ input, plan }) => {
      const from = input.summary?.upTo ?? 0;
      const turns = input.turns.filter(({ index, pinned }) => pinned || index >= from);
      expect(planWithoutSummary({ ...input, turns })).toEqual(planWithoutSummary(input));
      if (plan.dropped.length === 0) expect(planWindow({ ...input, turns })).toEqual(plan);
    }));

  test("nothing pinned is missing", () =>
    everyTurn(({ input, plan }) => {
      const pinned = input.turns.filter((turn) => turn.pinned).map(({ index }) => index);
      expect(plan.verbatim).toEqual(expect.arrayContaining(pinned));
    }));

  test("turns are whole and in order: what was called has its result", () =>
    everyTurn(({ input, plan, messages }) => {
      expect(plan.verbatim).toEqual(plan.verbatim.toSorted((a, b) => a - b));
      const said = input.turns
        .filter(({ index }) => plan.verbatim.includes(index))
        .flatMap((turn) => turn.messages);
      const [, ...sent] = messages;
      expect(withoutBackground(sent).slice(0, said.length)).toEqual(withoutBackground(said));
      expect(idsOf(messages, "tool-result")).toEqual(idsOf(messages, "tool-call"));
    }));

  test("a prompt begins like the one before it, unless something was folded or left out", () =>
    everyTurn(({ plan, messages, hasFolded, input }, before) => {
      if (before === undefined || hasFolded || plan.dropped.length > 0) return;
      if (before.plan.dropped.length > 0 || before.input.summary !== input.summary) return;
      expect(messages.slice(0, before.messages.length)).toEqual(before.messages);
    }));

  test("the summary only ever grows", () =>
    everyTurn(({ input }, before) => {
      const was = before?.input.summary?.upTo ?? 0;
      expect(input.summary?.upTo ?? 0).toBeGreaterThanOrEqual(was);
    }));
});

test("the work grows with the history, not with its square", () => {
  const readsOf = (length: number): number => {
    let reads = 0;
    const turns = Array.from(
      { length },
      (_, index): HistoryTurn => ({
        index,
        messages: [],
        pinned: index % 10 === 0,
        get tokens() {
          reads++;
          return 1;
        },
      }),
    );
    const rule = { window: length, lowWater: 0.5, highWater: 0.8, summaryTokens: 200 };
    const input = { rule, calibration: uncalibrated, fixed: 100, turns, summary: undefined };
    expect(planWindow(input).fold.length).toBeGreaterThan(0);
    planWithoutSummary(input);
    return reads;
  };
  expect(readsOf(8_000)).toBeLessThan(2.1 * readsOf(4_000));
});

/** The messages' own words: a file is told by its type. */
function withoutBackground(messages: readonly Message[]): unknown[] {
  return messages.map(({ role, content }) => {
    if (typeof content === "string") return [role, content];
    const isBackground = (text: string): boolean =>
      /^(What (holds|was said)|\[\d+ earlier)/.test(text);
    return [role, ...content.filter((part) => part.type !== "text" || !isBackground(part.text))];
  });
}

function idsOf(messages: readonly Message[], type: "tool-call" | "tool-result"): string[] {
  return messages.flatMap(({ content }) =>
    typeof content === "string"
      ? []
      : content.flatMap((part) => (part.type === type ? [part.toolCallId] : [])),
  );
}
