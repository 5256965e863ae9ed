import type { Baseline } from "../baseline/baseline.ts";
import { criticalFailures } from "../compare/critical.ts";
import { judgeGate } from "../compare/gate.ts";
import { metricGate } from "../compare/metric-gate.ts";
import { type Pairing, pairingOf } from "../compare/pairing.ts";
import { evalDefaults } from "../defaults.ts";
import type { CalibrationState } from "../judge/calibration.ts";
import type { MetricInfo, RunEnd, RunRow, RunStart, TrialCall } from "../run/records.ts";
import { predictionPowered } from "../stats/prediction-powered.ts";
import type { Gate } from "../suite/gate.ts";
import { completenessOf } from "./completeness.ts";
import { measuresOf } from "./measures.ts";
import { type Group, observationsOf, resultsOf } from "./metrics.ts";
import type { BaselineInfo, MetricResult, SuiteResult } from "./result.ts";
import { slicesOf } from "./slices.ts";
import type { RunTally } from "./tally.ts";
import { tallyRun } from "./tally-run.ts";
import { withTrials, worstCases } from "./worst.ts";

export interface SummarizeOptions {
  readonly gate?: Gate | undefined;
  readonly baseline?: Baseline | undefined;
  /** What is known about a judge, by the different calls that it has made in this run. Default: nothing. */
  readonly calibrationOf?:
    | ((metric: MetricInfo, calls: readonly TrialCall[]) => CalibrationState)
    | undefined;
  /** Cases to look at, beside critical ones that have failed. Default: 10. */
  readonly worst?: number | undefined;
}

/**
 * What the rows of a run say; for a run in shards, those of one file after another. They are read twice, so that memory
 * holds numbers only, and the records of the few cases to look at.
 *
 * @throws ConfigError where the rows are not of a run.
 */
export async function summarize(
  read: () => AsyncIterable<RunRow>,
  options: SummarizeOptions = {},
): Promise<SuiteResult> {
  const { gate = {}, baseline = null, worst = evalDefaults.report.worst } = options;
  const tally = await tallyRun(read());
  const { cases, metrics } = tally;
  const pairing = baseline === null ? null : pairingOf(cases, baseline);
  const effects = metrics.map(({ name }) => metricGate(gate, name).effect);
  const whole: Group = { cases, metrics, pairing, effects };
  const results = (resultsOf([whole])[0] ?? []).map((result, index) =>
    withJudge(result, tally, index, options),
  );
  const start = startOf(tally);
  const { slices, leftOut } = slicesOf(whole, start.slices);
  const critical = criticalFailures(cases, metrics);
  const chosen = worstCases(cases, {
    metrics,
    pairing,
    critical: new Set(critical.map(({ id }) => id)),
    most: worst,
  });
  const completeness = completenessOf(tally);
  return {
    start,
    end: endOf(tally),
    counts: countsOf(tally),
    faults: tally.reasons.slice(0, evalDefaults.report.faults),
    cost: { spentUsd: tally.spentUsd, judgeUsd: tally.judgeUsd },
    measures: measuresOf(cases, pairing),
    metrics: results,
    slices,
    worst: await withTrials(chosen, read()),
    baseline: baseline === null || pairing === null ? null : infoOf(baseline, pairing),
    prompts: promptsOf(tally.calls),
    gate: judgeGate(gate, {
      tally,
      completeness,
      metrics: results,
      critical,
      baseline,
      pairing,
      leftOut,
    }),
  };
}

/** What is known of a metric that a judge scores, and the score that is corrected by it. */
function withJudge(
  result: MetricResult,
  { cases, judgeCalls, inconsistent }: RunTally,
  index: number,
  { calibrationOf }: SummarizeOptions,
): MetricResult {
  const { metric, counts } = result;
  if (metric.judge === null) return result;
  const calibration = calibrationOf?.(metric, judgeCalls[index] ?? []) ?? { kind: "missing" };
  const isPairwise = metric.judge.kind === "pairwise" && counts.scored > 0;
  const judged = {
    ...result,
    calibration,
    inconsistency: isPairwise ? (inconsistent[index] ?? 0) / counts.scored : null,
  };
  if (calibration.kind !== "calibrated") return judged;
  const { n, agreement, bias, biasSd } = calibration.calibration;
  const corrected = predictionPowered({
    judged: observationsOf(cases, index),
    bias: { n, mean: bias, sd: biasSd, off: Math.round(n * (1 - agreement)) },
  });
  return { ...judged, corrected };
}

/** Of all shards together. */
function startOf({ parts }: RunTally): RunStart {
  const [{ start }, ...others] = parts;
  if (others.length === 0) return start;
  const startedAt = Math.min(...parts.map((part) => part.start.startedAt));
  return { ...start, startedAt, shard: null };
}

/** `null` where a part of it broke off. */
function endOf({ parts }: RunTally): RunEnd | null {
  const ends = parts.flatMap(({ end }) => end ?? []);
  if (ends.length < parts.length) return null;
  return {
    type: "end",
    endedAt: Math.max(...ends.map(({ endedAt }) => endedAt)),
    reason: ends.find(({ reason }) => reason !== "done")?.reason ?? "done",
  };
}

function countsOf(tally: RunTally): SuiteResult["counts"] {
  const { cases, metrics, failed, untried, cached, faults } = tally;
  const faultsOf = (byJudges: boolean): number =>
    metrics.reduce(
      (sum, { judge }, index) => ((judge !== null) === byJudges ? sum + (faults[index] ?? 0) : sum),
      0,
    );
  return {
    cases: cases.length,
    trials: cases.reduce((sum, { trials }) => sum + trials.length, 0),
    failed,
    untried,
    scorerFaults: faultsOf(false),
    judgeFaults: faultsOf(true),
    cached,
  };
}

function infoOf(baseline: Baseline, { onlyNow, onlyBefore }: Pairing): BaselineInfo {
  const { from, run, commit, startedAt, cases } = baseline;
  return {
    from,
    run,
    commit,
    startedAt,
    cases: cases.size,
    onlyNow: onlyNow.length,
    onlyBefore: onlyBefore.length,
  };
}

function promptsOf(calls: readonly TrialCall[]): SuiteResult["prompts"] {
  const prompts = new Map(
    calls.map(({ task, prompt }) => [`${task}\n${prompt}`, { task, prompt }]),
  );
  return [...prompts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each);
}
