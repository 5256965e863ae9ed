import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { runOf } from "../../evals/result/rows.testkit.ts";
import type { TrialRecord } from "../../evals/run/records.ts";
import { defineEval } from "../../evals/suite/define-eval.ts";
import { suiteOf } from "../../evals/suite/suite.ts";
import { RunProgress } from "./progress.ts";

const suite = suiteOf(
  defineEval({
    name: "tickets",
    data: [{ input: "a" }],
    run: () => 1,
    scorers: [{ name: "accuracy", passAt: 0.8, score: () => 1 }],
  }),
);

let written = "";
const wasTerminal = process.stderr.isTTY;

beforeEach(() => {
  written = "";
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    written += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  process.stderr.isTTY = wasTerminal;
});

function trials(scores: readonly number[]): TrialRecord[] {
  const rows = runOf(
    scores.map((accuracy, at) => ({ case: `c${at}\u001b[2J`, scores: { accuracy } })),
  );
  return rows.filter((row) => row.type === "trial");
}

test("a terminal sees how far it is, what it costs, and failures as they come", () => {
  process.stderr.isTTY = true;
  const progress = new RunProgress(suite);
  progress.begin(4, 1);
  progress.spentUsd = 0.25;
  for (const row of trials([0.5, 1])) progress.add(row);
  progress.end();
  expect(written).toContain("✗ c0\\x1b[2J  accuracy 0.5");
  expect(written).toMatch(/tickets ██████████░{10} 2\/4 · .+ left · \$0\.25 · 1 failed/);
  expect(written).not.toContain("✗ c1");
});

test("a long list of failures is not all told", () => {
  process.stderr.isTTY = true;
  const progress = new RunProgress(suite);
  progress.begin(null, 0);
  for (const row of trials(Array(100).fill(0))) progress.add(row);
  progress.end();
  expect(written.match(/✗/g)).toHaveLength(20);
  expect(written.match(/Further failures are in the report/g)).toHaveLength(1);
  expect(written).toMatch(/tickets \d+ trials/);
});

test("where nobody looks, nothing is written", () => {
  process.stderr.isTTY = false;
  const progress = new RunProgress(suite);
  progress.begin(4, 0);
  for (const row of trials([0, 1])) progress.add(row);
  progress.end();
  expect(written).toBe("");
});
