import { stripVTControlCharacters } from "node:util";
import { expect, test, vi } from "vitest";
import { metric } from "../../../evals/result/rows.testkit.ts";
import { caseResultOf, comparisonOf, estimateOf, metricOf, suiteOf } from "./results.testkit.ts";
import { renderSuite } from "./suite.ts";

function onTerminal(columns: number): void {
  vi.spyOn(process, "stdout", "get").mockReturnValue({
    ...process.stdout,
    isTTY: true,
    columns,
  } as unknown as typeof process.stdout);
}

const regressed = suiteOf({
  start: { trials: 1, dirty: true, slices: ["language"] },
  metrics: [
    metricOf({ comparison: comparisonOf() }),
    metricOf({
      metric: metric("tone", { judge: { task: "judge", rubric: "r", kind: "scale" } }),
      corrected: estimateOf({ mean: 0.81, low: 0.7, high: 0.92, method: "prediction-powered" }),
      calibration: { kind: "missing" },
      comparison: comparisonOf({
        verdict: "underpowered",
        difference: 0.01,
        low: -0.08,
        high: 0.1,
      }),
    }),
  ],
  slices: [{ field: "language", value: "de", metrics: [metricOf({ comparison: comparisonOf() })] }],
  worst: [caseResultOf({ case: "parcel-17", output: "It is\nlost.", critical: true })],
  baseline: {
    from: "tickets.baseline.jsonl",
    run: "run-0",
    commit: "beef00",
    startedAt: 0,
    cases: 78,
    onlyNow: 2,
    onlyBefore: 0,
  },
  gate: {
    passed: false,
    failures: ["accuracy regressed: 0.98 → 0.90"],
    warnings: ["tone: no calibration"],
    tooManyFaults: false,
  },
});

test("a suite that got worse says so first, then by how much, then where", () => {
  const text = renderSuite(regressed);
  expect(text.split("\n").slice(0, 4)).toEqual([
    "tickets  FAILED",
    "commit c0ffee with changes · branch main · 80 cases · 12 s",
    "✗ accuracy regressed: 0.98 → 0.90",
    "! tone: no calibration",
  ]);
  expect(text).toMatch(
    /^accuracy +0\.90 +0\.815 to 0\.948 +80 +0\.98 +−0\.08 +−0\.145 to −0\.015 +0\.034 +regressed$/m,
  );
  expect(text).toMatch(/^tone +0\.81 \(raw 0\.90\) .* underpowered$/m);
  expect(text).toContain(
    "tone: underpowered: 78 cases could have seen 0.14 or more; 0.05 needs about 610 cases",
  );
  expect(text).toContain("tone: the judge is not calibrated");
  expect(text).toMatch(/^language: de +accuracy/m);
  expect(text).toContain("tickets.baseline.jsonl (commit beef00, ");
  expect(text).toContain("78 cases, 2 only now");
  expect(text).toContain("parcel-17 critical  accuracy 0.00 (was 1.00)");
  expect(text).toContain("  - a good answer\n  + It is\n  + lost.");
});

test("without a baseline there are no columns for one; with trials there are pass@k and pass^k", () => {
  const once = renderSuite(suiteOf());
  expect(once).not.toMatch(/WAS|VERDICT|PASS@K/);
  const metrics = [metricOf({ passAtK: [0.7, 0.91, 1], passHatK: [0.7, 0.49, 0.4] })];
  const often = renderSuite(suiteOf({ start: { trials: 3 }, metrics }));
  expect(often).toContain("80 cases · 3 trials each");
  expect(often).toContain("pass@1 0.70, pass@2 0.91, pass@3 1.00");
  expect(often).toContain("pass^1 0.70, pass^2 0.49, pass^3 0.40");
});

test("what is missing is told: trials that failed, scorers that threw, a run that ended early", () => {
  const { counts, end } = suiteOf();
  const text = renderSuite(
    suiteOf({
      counts: { ...counts, failed: 2, untried: 1, scorerFaults: 3, judgeFaults: 4 },
      end: end && { ...end, reason: "cost" },
      metrics: [metricOf({ estimate: null })],
      gate: { passed: false, failures: [], warnings: [], tooManyFaults: true },
    }),
  );
  expect(text).toContain("tickets  UNDECIDED");
  expect(text).toContain("2 trials failed and scored 0");
  expect(text).toContain("1 trial could not be tried");
  expect(text).toContain("3 scores missing: scorers failed");
  expect(text).toContain("the run ended early: its cost limit was reached");
  expect(text).toMatch(/^accuracy +– +– +0$/m);
  expect(renderSuite(suiteOf({ end: null }))).toContain("the run broke off");
});

test("text of models and data steers no terminal", () => {
  const evil = "\u001b[2J\u202e";
  const text = renderSuite(
    suiteOf({
      start: { suite: evil, branch: evil },
      metrics: [metricOf({ metric: metric(evil), comparison: comparisonOf() })],
      slices: [{ field: evil, value: evil, metrics: [metricOf()] }],
      worst: [
        caseResultOf(
          {
            case: evil,
            input: evil,
            expected: evil,
            output: evil,
            scores: { [evil]: { score: 0, reason: evil } },
          },
          { before: { output: `${evil}!`, error: null }, scores: { [evil]: 0 } },
        ),
      ],
      gate: { passed: false, failures: [evil], warnings: [evil], tooManyFaults: false },
    }),
  );
  expect(text).not.toContain("\u001b");
  expect(text).not.toContain("\u202e");
  expect(text).toContain("\\x1b[2J\\u202e");
});

test.each([60, 80, 100])("the table fits a terminal of %i columns", (columns) => {
  onTerminal(columns);
  const table = stripVTControlCharacters(renderSuite(suiteOf({ metrics: regressed.metrics })));
  const lines = table.split("\n").filter((line) => /[│┌└]/.test(line));
  expect(lines.length).toBeGreaterThan(3);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
  expect(table).toContain("regressed");
});
