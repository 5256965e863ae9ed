import { expect, test } from "vitest";
import { evalRunOf } from "./open-eval-history.ts";

const result = {
  start: { run: "r1", suite: "tickets", startedAt: 1, commit: "abc", branch: null, dirty: true },
  end: { endedAt: 2, reason: "done" },
  counts: { cases: 10, trials: 20 },
  cost: { spentUsd: 0.25, judgeUsd: 0.5 },
  metrics: [
    {
      metric: { name: "exact" },
      estimate: { mean: 0.9, low: 0.6, high: 0.98, n: 10, method: "wilson" },
    },
    { metric: { name: "tone" }, estimate: null },
  ],
  gate: { passed: true },
} as const;

test("what the history keeps of a result: means with their intervals, and what it cost with its judges", () => {
  const kept = evalRunOf(result, "r1.jsonl");
  expect(kept).toMatchObject({ run: "r1", suite: "tickets", endedAt: 2, trials: 20, passed: true });
  expect(kept.metrics).toEqual({ exact: { mean: 0.9, low: 0.6, high: 0.98, n: 10 } });
  expect(kept.costUsd).toBe(0.75);
  expect(evalRunOf({ ...result, end: null }, "r1.jsonl").reason).toBe("stopped");
});
