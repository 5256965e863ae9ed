import { describe, expect, test } from "vitest";
import { calibrationState, putCalibration } from "./judges.ts";
import { calibrationOf, promptOf, runOf } from "./lock.testkit.ts";
import { emptyLock, lockedPrompt, withRun } from "./lock.ts";

const [one, two, three] = ["1", "2", "3"].map((digit) => digit.repeat(64)) as [
  string,
  string,
  string,
];
const evaluated = (lock: typeof emptyLock, fingerprint: string) =>
  lockedPrompt(lock, "sort", fingerprint)?.evaluated;

describe("a run in the lock", () => {
  test("covers the prompts that it has sent, each with the scores", () => {
    const prompts = new Map([
      [one, promptOf()],
      [two, promptOf({ task: "reply" })],
    ]);
    const lock = withRun(emptyLock, runOf({ prompts }));
    const scores = {
      tickets: { at: "2026-11-24", cases: 20, passed: true, scores: { right: 0.9 } },
    };
    expect(lockedPrompt(lock, "sort", one)).toMatchObject({
      system: ["You sort tickets.\nBe brief."],
      evaluated: scores,
    });
    expect(lockedPrompt(lock, "reply", two)?.evaluated).toEqual(scores);
    expect(lock.suites).toEqual({
      tickets: { data: "d1", cases: 20, replies: "simulated", rendered: {} },
    });
  });

  test("a prompt that the suite sends no more is not covered by it; one that none covers goes", () => {
    const both = new Map([
      [one, promptOf()],
      [two, promptOf({ system: [] })],
    ]);
    let lock = withRun(emptyLock, runOf({ prompts: both }));
    lock = withRun(lock, runOf({ suite: "other", prompts: new Map([[two, promptOf()]]) }));
    lock = withRun(lock, runOf({ prompts: new Map([[three, promptOf()]]) }));
    expect(evaluated(lock, one)).toBeUndefined();
    expect(Object.keys(evaluated(lock, two) ?? {})).toEqual(["other"]);
    expect(Object.keys(evaluated(lock, three) ?? {})).toEqual(["tickets"]);
  });

  test("changes nothing that it says again, until the cases are others, or a failure was accepted", () => {
    const prompts = new Map([[one, promptOf()]]);
    const first = withRun(emptyLock, runOf({ prompts }));
    const later = { prompts, at: "2026-12-01", scores: { right: 0.8 } };
    expect(withRun(first, runOf(later))).toEqual(first);
    expect(evaluated(withRun(first, runOf({ ...later, data: "d2" })), one)).toMatchObject({
      tickets: { at: "2026-12-01", scores: { right: 0.8 } },
    });
    expect(evaluated(withRun(first, runOf({ ...later, passed: false })), one)).toMatchObject({
      tickets: { at: "2026-12-01", passed: false },
    });
  });
});

describe("the calibration of a judge", () => {
  const { task, rubric, kind, target, model } = calibrationOf();
  const metric = { name: "helpful", passAt: 1, judge: { task, rubric, kind } };
  const lock = putCalibration(emptyLock, calibrationOf());

  test("holds for the rubric, the target and the version that it was made with", () => {
    const calibration = calibrationOf();
    const state = { kind: "calibrated", calibration };
    expect(calibrationState(lock, metric, [{ target, model }])).toEqual(state);
    expect(calibrationState(lock, metric, [{ target, model: null }])).toEqual(state);
    expect(calibrationState(lock, metric, [])).toEqual(state);
  });

  test("is stale with another target, version or rubric, and missing for another metric", () => {
    expect(calibrationState(lock, metric, [{ target: "other/m", model }])).toMatchObject({
      kind: "stale",
      why: "it was calibrated with openai/gpt-5-mini, and other/m judges now",
    });
    expect(calibrationState(lock, metric, [{ target, model: "gpt-5-mini-2" }])).toMatchObject({
      kind: "stale",
      why: "it was calibrated with the version gpt-5-mini-1, and gpt-5-mini-2 judges now",
    });
    const judge = { ...metric.judge, rubric: "c".repeat(64) };
    expect(calibrationState(lock, { ...metric, judge }, [])).toMatchObject({
      kind: "stale",
      why: "it was calibrated on 2026-11-24 with another rubric, or other instructions",
    });
    const other = { ...metric, name: "kind", judge };
    expect(calibrationState(lock, other, [])).toEqual({ kind: "missing" });
    expect(calibrationState(lock, { ...metric, judge: null }, [])).toEqual({ kind: "missing" });
  });

  test("takes the place of the one before; those of other targets stay", () => {
    let both = putCalibration(lock, calibrationOf({ target: "other/m", n: 30 }));
    both = putCalibration(both, calibrationOf({ n: 80 }));
    expect(Object.values(both.judges[task] ?? {}).map(({ n }) => n)).toEqual([80, 30]);
    const calls = [{ target: "other/m", model: null }];
    expect(calibrationState(both, metric, calls)).toMatchObject({ calibration: { n: 30 } });
  });
});
