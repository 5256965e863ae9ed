import { fingerprintOf } from "../../call/canonical.ts";
import type { MetricInfo, RunEnd, RunStart, TrialCall, TrialRecord } from "../run/records.ts";
import type { FaultReason } from "./result.ts";

/** What a metric says of a trial; `fault`: scorers, judges or providers failed, which says nothing about quality. */
export type Outcome = number | "not applicable" | "fault";

export interface TrialTally {
  readonly trial: number;
  /** In the order of the run's metrics. */
  readonly outcomes: readonly Outcome[];
  readonly latencyMs: number | null;
  readonly costUsd: number | null;
  readonly tokens: number | null;
}

/** What is held in memory of a case. */
export interface CaseTally {
  readonly id: string;
  readonly critical: boolean;
  readonly cluster: string | null;
  /** Of what was asked and expected: another one is another case, whatever its id. */
  readonly hash: string;
  /** Values of the slices' fields, in their order. */
  readonly slices: readonly (readonly string[])[];
  /** In the order of their numbers. */
  readonly trials: readonly TrialTally[];
}

/** A run, or one shard of it. */
export interface RunPart {
  readonly start: RunStart;
  /** `null`: it broke off. */
  readonly end: RunEnd | null;
}

export interface RunTally {
  readonly parts: readonly [RunPart, ...RunPart[]];
  readonly metrics: readonly MetricInfo[];
  /** In the order of their ids, whichever came first. */
  readonly cases: readonly CaseTally[];
  readonly failed: number;
  readonly untried: number;
  readonly cached: number;
  /** Trials that came twice, e.g. because shards overlap; the first one counts. */
  readonly repeated: number;
  /** Scores that scorers failed to give, by metric. */
  readonly faults: readonly number[];
  /** Why scores are missing, the most frequent reason first. */
  readonly reasons: readonly FaultReason[];
  /** Pairwise judgments that went the other way in the other order, by metric. */
  readonly inconsistent: readonly number[];
  /** `null` where the cost of a call is not known. */
  readonly spentUsd: number | null;
  readonly judgeUsd: number | null;
  /** The different calls that the feature made, and those of each metric's judge; one of each. */
  readonly calls: readonly TrialCall[];
  readonly judgeCalls: readonly (readonly TrialCall[])[];
}

export function hashOfCase({ input, expected }: Pick<TrialRecord, "input" | "expected">): string {
  return fingerprintOf([input ?? null, expected ?? null]).slice(0, 16);
}

/** The mean of a case's trials; `null` where none has a score. */
export function meanOfCase({ trials }: CaseTally, metric: number): number | null {
  return meanOf(scoresOf(trials, metric));
}

export function scoresOf(trials: readonly TrialTally[], metric: number): number[] {
  return trials.flatMap(({ outcomes }) => {
    const outcome = outcomes[metric];
    return typeof outcome === "number" ? [outcome] : [];
  });
}

export function meanOf(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
