/**
 * How a suite compares with its baseline by one metric.
 *
 * `regressed`, `improved`: the difference is larger than chance. `no evidence`: it is not, and the suite could have seen
 * the smallest effect of interest. `underpowered`: it is not, but the suite could not have seen that effect.
 */
export type Verdict = "regressed" | "improved" | "no evidence" | "underpowered";

/** When a suite fails. */
export interface Gate {
  /** The verdicts against the baseline that fail. Default: `["regressed"]`; a metric's own wins. */
  readonly failOn?: readonly Verdict[] | undefined;
  /** By the name of the metric. */
  readonly metrics?: Readonly<Record<string, MetricGate>> | undefined;
  /** `true`: there must be a baseline. Default: `false`, and a run without one is told so. */
  readonly baseline?: boolean | undefined;
  /** What becomes of a judge whose calibration is missing or stale. Default: `warn`. */
  readonly uncalibrated?: "warn" | "fail" | undefined;
  /** The share of trials that may lack a score because scorers, judges or providers failed; 0 to 1. Default: 0.05. */
  readonly maxFaults?: number | undefined;
}

/** When a metric fails. All of what is given must hold. */
export interface MetricGate {
  /** The least mean, 0 to 1. */
  readonly atLeast?: number | undefined;
  /** What must reach `atLeast`: the mean itself, or the lower end of its interval. Default: `mean`. */
  readonly bound?: "mean" | "low" | undefined;
  /** Non-inferiority: the lower end of the difference to the baseline must be above minus this; 0 to 1. */
  readonly margin?: number | undefined;
  /** The smallest difference of interest, which tells "no evidence" from "underpowered". Default: 0.05. */
  readonly effect?: number | undefined;
  readonly failOn?: readonly Verdict[] | undefined;
}
