import { type Baseline, baselineOf } from "../../../evals/baseline/baseline.ts";
import type {
  CaseResult,
  Comparison,
  Estimate,
  MetricResult,
  SuiteResult,
} from "../../../evals/result/result.ts";
import { type MadeTrial, metric, runOf, streamOf } from "../../../evals/result/rows.testkit.ts";
import type { RunStart, TrialRecord } from "../../../evals/run/records.ts";
import type { Report } from "./report.ts";

/** The result of a run of 80 cases, as `summarize` makes it. */
export function suiteOf({
  start,
  ...changes
}: Partial<Omit<SuiteResult, "start">> & { start?: Partial<RunStart> } = {}): SuiteResult {
  const nothing = { mean: null, p50: null, p95: null, baselineMean: null };
  const [first] = runOf([], start);
  if (first?.type !== "run") throw new Error("a run begins with its start");
  return {
    start: first,
    end: { type: "end", endedAt: first.startedAt + 12_000, reason: "done" },
    counts: {
      cases: 80,
      trials: 80,
      failed: 0,
      untried: 0,
      scorerFaults: 0,
      judgeFaults: 0,
      cached: 0,
    },
    faults: [],
    cost: { spentUsd: 0.0123, judgeUsd: 0.004 },
    measures: {
      latencyMs: { mean: 1_200, p50: 1_000, p95: 2_400, baselineMean: 1_100 },
      costUsd: nothing,
      tokens: nothing,
    },
    metrics: [metricOf()],
    slices: [],
    worst: [],
    baseline: null,
    prompts: [],
    gate: { passed: true, failures: [], warnings: [], tooManyFaults: false },
    ...changes,
  };
}

export function metricOf(changes: Partial<MetricResult> = {}): MetricResult {
  return {
    metric: metric("accuracy"),
    estimate: estimateOf(),
    corrected: null,
    calibration: null,
    inconsistency: null,
    comparison: null,
    counts: { scored: 80, notApplicable: 0, faults: 0 },
    passAtK: [],
    passHatK: [],
    ...changes,
  };
}

export function estimateOf(changes: Partial<Estimate> = {}): Estimate {
  return {
    n: 80,
    clusters: null,
    mean: 0.9,
    low: 0.815,
    high: 0.948,
    se: 0.034,
    level: 0.95,
    method: "wilson",
    ...changes,
  };
}

export function comparisonOf(changes: Partial<Comparison> = {}): Comparison {
  return {
    verdict: "regressed",
    n: 78,
    baselineMean: 0.98,
    mean: 0.9,
    difference: -0.08,
    low: -0.145,
    high: -0.015,
    p: 0.017,
    adjustedP: 0.034,
    method: "t",
    mcnemar: null,
    detectable: 0.14,
    effect: 0.05,
    casesForEffect: 610,
    ...changes,
  };
}

function trialOf(made: MadeTrial): TrialRecord {
  const trial = runOf([made])[1];
  if (trial?.type !== "trial") throw new Error("after the start stands the trial");
  return trial;
}

/** A case that the baseline passed, and this run did not. */
export function caseResultOf(made: MadeTrial, changes: Partial<CaseResult> = {}): CaseResult {
  const trial = trialOf({ scores: { accuracy: 0 }, ...made });
  return {
    id: trial.case,
    critical: trial.critical,
    scores: { accuracy: 0 },
    baseline: { accuracy: 1 },
    trial,
    before: { output: "a good answer", error: null },
    ...changes,
  };
}

/** A result with the rows of its run. */
export function reportOf(
  result: SuiteResult,
  trials: readonly MadeTrial[],
  baseline?: Baseline,
): Report {
  return { result, baseline, rows: () => streamOf(runOf(trials, result.start)) };
}

/** The baseline of these trials, whose cases scored and answered so. */
export async function baselineFor(
  trials: readonly MadeTrial[],
  cases: Readonly<Record<string, readonly [accuracy: number, output: unknown]>>,
): Promise<Baseline> {
  const before = trials.flatMap((trial) => {
    const [accuracy, output] = cases[trial.case] ?? [];
    return accuracy === undefined ? [] : [{ ...trial, output, scores: { accuracy } }];
  });
  return await baselineOf(streamOf(runOf(before, { run: "run-0" })), "tickets.baseline.jsonl");
}
