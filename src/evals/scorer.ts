import type { CallEvent } from "../call/event.ts";
import type { EvalCase } from "./suite/case.ts";

/** One run of the feature on a case, for those who score it. */
export interface ScoredTrial<Input = unknown, Expected = unknown, Output = unknown>
  extends EvalCase<Input, Expected> {
  /** Counts from 1. */
  readonly trial: number;
  readonly output: Output;
  /** The calls that the feature made, in the order in which they ended; those made for another one included. */
  readonly calls: readonly CallEvent[];
  /** From the start of `run` to its end, in milliseconds; `null` where a cached answer took part. */
  readonly latencyMs: number | null;
  /** US dollars that the feature's calls cost, as if none of them had been cached; `null` where that is not known. */
  readonly costUsd: number | null;
  /** Input and output tokens of the feature's calls; `null` where they are not known. */
  readonly tokens: number | null;
  /** Aborts when the suite is stopped, or the trial takes too long. */
  readonly signal: AbortSignal;
}

/** What a scorer says: a number from 0 to 1, `true` (1) or `false` (0), or that it does not apply. */
export type ScoreValue = number | boolean | null | Scored;

export interface Scored {
  /** From 0 to 1; `null`: the scorer does not apply to this trial, which is left out of its mean. */
  readonly score: number | null;
  /** Why: shown with the case. */
  readonly reason?: string | undefined;
  /** What the scorer found on its way, e.g. a judge's two verdicts. JSON; lands in the trial's record. */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
}

/** Scores trials by one measure. What it throws is a fault of its own: counted apart, and never a score of 0. */
export interface Scorer<Input = unknown, Expected = unknown, Output = unknown> {
  /** The name of the metric. */
  readonly name: string;
  /** A trial passes with this score or a higher one. Default: 1. */
  readonly passAt?: number | undefined;
  // A method, which TypeScript compares in both directions: it looks at scorers before it knows what `run` gives.
  score(trial: ScoredTrial<Input, Expected, Output>): ScoreValue | Promise<ScoreValue>;
  /**
   * Scores a trial whose `run` has thrown, where an error may be right, e.g. a refusal. Default: such a trial scores 0.
   */
  scoreError?(
    trial: Omit<ScoredTrial<Input, Expected, Output>, "output"> & { readonly error: unknown },
  ): ScoreValue | Promise<ScoreValue>;
  /** A judge: its calls are counted apart, and its errors are judge errors. */
  readonly judge?: JudgeIdentity | undefined;
}

/** What a judge's calibration belongs to. */
export interface JudgeIdentity {
  readonly task: string;
  /** SHA-256 of everything that makes its verdicts: rubric, form of the verdict, template. Its model is told by its calls. */
  readonly rubric: string;
  readonly kind: "scale" | "labels" | "pairwise";
  /** All that it may conclude, the worst first. */
  readonly verdicts: readonly JudgeVerdict[];
}

/** What a judge may conclude of a trial; `details.verdict` of its scores is one of these. */
export interface JudgeVerdict {
  readonly verdict: string | number;
  readonly score: number;
}

/**
 * The scorer does not apply to this trial.
 *
 * @example score: ({ expected, output }) => expected === undefined ? notApplicable("no answer is known") : output === expected
 */
export function notApplicable(reason: string): Scored {
  return { score: null, reason };
}
