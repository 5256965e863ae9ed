import { describe, expect, test } from "vitest";
import { ContextTooLong } from "../../../errors.ts";
import { uncalibrated } from "./calibration.ts";
import { planAhead, planWindow, planWithoutSummary, type WindowInput } from "./plan.ts";
import type { HistoryTurn, Summary } from "./turn.ts";

/** A window with room for 10,000 estimated tokens, and turns of these sizes. */
function inputOf(sizes: readonly number[], changes: Changes = {}): WindowInput {
  const { pinned = [], ...rest } = changes;
  return {
    rule: { window: 10_527, lowWater: 0.5, highWater: 0.8, summaryTokens: 1_053 },
    calibration: uncalibrated,
    fixed: 1_000,
    turns: sizes.map(
      (tokens, index): HistoryTurn => ({
        index,
        messages: [],
        tokens,
        pinned: pinned.includes(index),
      }),
    ),
    summary: undefined,
    ...rest,
  };
}
type Changes = Partial<WindowInput> & { readonly pinned?: readonly number[] };

const summary = (upTo: number, tokens: number): Summary => ({ text: "", upTo, tokens });

describe("planWindow", () => {
  test("sends everything up to the last token of the window", () => {
    const plan = planWindow(inputOf([3_000, 3_000, 3_000]));
    expect(plan).toMatchObject({ verbatim: [0, 1, 2], fold: [], dropped: [], tokens: 10_000 });
  });

  test("folds down to the low-water mark, summary included", () => {
    const plan = planWindow(inputOf([3_001, 3_000, 1_001, 1_999]));
    expect(plan).toMatchObject({ fold: [0, 1], verbatim: [2, 3], summaryRoom: 1_000 });
    expect(plan.tokens).toBe(1_000 + 1_000 + 3_000);
  });

  test("goes on from the summary it has", () => {
    const plan = planWindow(inputOf([9_000, 4_000, 4_000, 500], { summary: summary(1, 800) }));
    expect(plan).toMatchObject({ fold: [1, 2], verbatim: [3] });
  });

  test("keeps the newest turn beyond the mark as long as it fits, with a shorter summary if it must", () => {
    expect(planWindow(inputOf([2_000, 8_000]))).toMatchObject({
      fold: [0],
      verbatim: [1],
      summaryRoom: 1_000,
    });
    expect(planWindow(inputOf([2_000, 8_900]))).toMatchObject({
      fold: [0],
      verbatim: [1],
      summaryRoom: 100,
    });
    expect(planWindow(inputOf([2_000, 8_901]))).toMatchObject({ fold: [0, 1], verbatim: [] });
  });

  test("a turn larger than the window is folded, wherever it stands", () => {
    expect(planWindow(inputOf([50_000, 100]))).toMatchObject({ fold: [0], verbatim: [1] });
    expect(planWindow(inputOf([100, 50_000]))).toMatchObject({ fold: [0, 1], verbatim: [] });
  });

  test("sends a pinned turn that a summary has passed, and folds no more than it must for it", () => {
    const pins = { pinned: [1] };
    const plan = planWindow(inputOf([4_000, 2_000, 4_000, 500], pins));
    expect(plan).toMatchObject({ fold: [0, 1, 2], verbatim: [1, 3] });
    const later = planWindow(
      inputOf([4_000, 2_000, 4_000, 500], { ...pins, summary: summary(3, 900) }),
    );
    expect(later).toMatchObject({ fold: [], verbatim: [1, 3], withSummary: true });
  });

  test("with no room for a summary, leaves out the oldest", () => {
    const plan = planWindow(inputOf([8_950, 40, 40], { pinned: [0] }));
    expect(plan).toMatchObject({ fold: [], dropped: [1], verbatim: [0, 2], withSummary: false });
  });

  test("a summary that has no room beside what is pinned is not sent", () => {
    const input = inputOf([500, 8_500], { pinned: [1], summary: summary(1, 900) });
    expect(planWindow(input)).toMatchObject({ withSummary: false, verbatim: [1], dropped: [0] });
  });

  test("refuses a message that does not fit, and pinned turns that do not, with the numbers", () => {
    const calibration = { ratio: 2, ceiling: null };
    const place = { task: "chat" };
    expect(() => planWindow(inputOf([], { calibration, fixed: 5_001 }), place)).toThrow(
      /about 10,002 tokens; its window has room for 10,000/,
    );
    expect(() => planWindow(inputOf([6_000, 3_001], { pinned: [0, 1] }), place)).toThrow(
      /about 1,000 tokens, and 2 pinned turns 9,001; its window has room for 10,000: unpin/,
    );
    try {
      planWithoutSummary(inputOf([], { fixed: 20_000 }), place);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(ContextTooLong);
      expect(error).toMatchObject({ task: "chat" });
    }
  });
});

describe("planWithoutSummary", () => {
  test("leaves out as few as it must, and keeps the summary it has", () => {
    const input = inputOf([9_000, 4_000, 4_000, 500], { summary: summary(1, 1_000) });
    const plan = planWithoutSummary(input);
    expect(plan).toMatchObject({ dropped: [1], verbatim: [2, 3], withSummary: true, fold: [] });
  });
});

describe("planAhead", () => {
  test("folds from the high-water mark on, down to the same low-water mark", () => {
    expect(planAhead(inputOf([3_000, 3_000, 1_000])).fold).toEqual([]);
    expect(planAhead(inputOf([3_000, 3_000, 1_001])).fold).toEqual([0, 1]);
  });

  test("never refuses: what does not fit is for the next turn to say", () => {
    expect(planAhead(inputOf([10], { fixed: 20_000 })).fold).toEqual([]);
  });
});
