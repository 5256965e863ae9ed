/** How a judge compares with people: kept in `seam.lock`, under what makes its verdicts. */
export interface Calibration {
  /** The metric that the judge scores. */
  readonly metric: string;
  readonly task: string;
  /** The target that judges, and the version that has answered. */
  readonly target: string;
  readonly model: string | null;
  /** As in the identity of the judge. */
  readonly rubric: string;
  readonly kind: "scale" | "labels" | "pairwise";
  /** Verdicts that people have labelled, too. */
  readonly n: number;
  readonly agreement: number;
  readonly kappa: number;
  readonly kappaLow: number;
  readonly kappaHigh: number;
  /** Of judge minus human, on the scale of scores (0 to 1). */
  readonly bias: number;
  readonly biasSd: number;
  /** The day, e.g. `2026-11-24`. */
  readonly at: string;
}

/** What is known about a judge as it judges now. */
export type CalibrationState =
  | { readonly kind: "calibrated"; readonly calibration: Calibration }
  /** `why` is a sentence: what has changed since. */
  | { readonly kind: "stale"; readonly calibration: Calibration; readonly why: string }
  | { readonly kind: "missing" };
