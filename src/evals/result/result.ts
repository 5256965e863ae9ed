import type { CalibrationState } from "../judge/calibration.ts";
import type { MetricInfo, RunEnd, RunStart, TrialRecord } from "../run/records.ts";
import type { Verdict } from "../suite/gate.ts";

/** A mean with its interval. */
export interface Estimate {
  /** Cases that have a score. */
  readonly n: number;
  /** How many clusters they make; `null` where none are declared. */
  readonly clusters: number | null;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly se: number;
  /** The confidence of the interval, e.g. 0.95. */
  readonly level: number;
  readonly method:
    | "wilson"
    | "t"
    | "cluster"
    | "bootstrap"
    | "cluster-bootstrap"
    | "prediction-powered";
}

/** This run against its baseline by one metric, over the cases that both have. */
export interface Comparison {
  readonly verdict: Verdict;
  readonly n: number;
  readonly baselineMean: number;
  readonly mean: number;
  readonly difference: number;
  readonly low: number;
  readonly high: number;
  /** Two-sided; before and after Holm's correction over the suite's metrics. */
  readonly p: number;
  readonly adjustedP: number;
  readonly method: string;
  /** Exact McNemar, where every case passed or failed on both sides. */
  readonly mcnemar: { readonly broke: number; readonly mended: number; readonly p: number } | null;
  /**
   * The smallest true difference that cases like these would have shown 8 times in 10; `null`: none, however large, as
   * there are too few of them.
   */
  readonly detectable: number | null;
  /** The smallest difference of interest, and about how many cases would show it 8 times in 10. */
  readonly effect: number;
  readonly casesForEffect: number;
}

export interface MetricResult {
  readonly metric: MetricInfo;
  /** `null` where no case has a score. */
  readonly estimate: Estimate | null;
  /** With human labels at hand: the score that corrects the judge's, beside the raw mean. */
  readonly corrected: Estimate | null;
  /** `null`: no judge scores it. */
  readonly calibration: CalibrationState | null;
  /** The share of pairwise judgments that went the other way in the other order; `null`: none were made. */
  readonly inconsistency: number | null;
  readonly comparison: Comparison | null;
  readonly counts: {
    readonly scored: number;
    readonly notApplicable: number;
    readonly faults: number;
  };
  /**
   * Where cases are run several times: unbiased estimates for each k up to the number of trials, over the cases that have
   * so many scores.
   */
  readonly passAtK: readonly number[];
  readonly passHatK: readonly number[];
}

export interface SliceResult {
  /** The field of the metadata, and its value. */
  readonly field: string;
  readonly value: string;
  readonly metrics: readonly MetricResult[];
}

/** A case to look at: what scored worst, or fell most against the baseline. */
export interface CaseResult {
  readonly id: string;
  readonly critical: boolean;
  /** Means over trials, by metric; `null` where there is no score. */
  readonly scores: Readonly<Record<string, number | null>>;
  readonly baseline: Readonly<Record<string, number | null>> | null;
  /** The worst trial of it, and what is kept of the baseline's first one. */
  readonly trial: TrialRecord;
  readonly before: Pick<TrialRecord, "output" | "error"> | null;
}

export interface Measure {
  readonly mean: number | null;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly baselineMean: number | null;
}

export interface SuiteResult {
  readonly start: RunStart;
  readonly end: RunEnd | null;
  readonly counts: {
    readonly cases: number;
    readonly trials: number;
    /** Feature errors, scored 0. */
    readonly failed: number;
    /** Trials that providers, keys or budgets were in the way of. */
    readonly untried: number;
    readonly scorerFaults: number;
    readonly judgeFaults: number;
    readonly cached: number;
  };
  /** Why scores are missing, the most frequent reason first; the first few of them. */
  readonly faults: readonly FaultReason[];
  readonly cost: { readonly spentUsd: number | null; readonly judgeUsd: number | null };
  readonly measures: {
    readonly latencyMs: Measure;
    readonly costUsd: Measure;
    readonly tokens: Measure;
  };
  readonly metrics: readonly MetricResult[];
  readonly slices: readonly SliceResult[];
  readonly worst: readonly CaseResult[];
  readonly baseline: BaselineInfo | null;
  readonly prompts: readonly { readonly task: string; readonly prompt: string }[];
  readonly gate: GateResult;
}

export interface FaultReason {
  /** What failed: a metric's scorer, or `null` where the trial could not be tried. */
  readonly metric: string | null;
  readonly message: string;
  /** Scores, or trials that could not be tried. */
  readonly count: number;
}

export interface BaselineInfo {
  /** Where it was read from, for people. */
  readonly from: string;
  readonly run: string;
  readonly commit: string | null;
  readonly startedAt: number;
  readonly cases: number;
  /** Cases of one side only. */
  readonly onlyNow: number;
  readonly onlyBefore: number;
}

export interface GateResult {
  readonly passed: boolean;
  /** Each a sentence: what failed, by how much, and what to do. */
  readonly failures: readonly string[];
  readonly warnings: readonly string[];
  /** More scores are missing than the gate allows: nothing can be said. */
  readonly tooManyFaults: boolean;
}
