import { type CaseTally, scoresOf } from "../result/tally.ts";
import type { MetricInfo } from "../run/records.ts";

/** A critical case that a suite fails by. */
export interface CriticalFailure {
  readonly id: string;
  readonly metric: string;
  /** Trials that did not pass, of those that have a score; none of none: it could not be scored. */
  readonly failed: number;
  readonly of: number;
}

/**
 * A critical case must pass every metric that applies to it in every trial: what must not happen may not happen one time
 * in five either. It does not pass by having no score because something failed.
 */
export function criticalFailures(
  cases: readonly CaseTally[],
  metrics: readonly MetricInfo[],
): CriticalFailure[] {
  return cases
    .filter(({ critical }) => critical)
    .flatMap(({ id, trials }) =>
      metrics.flatMap(({ name, passAt }, index) => {
        const scores = scoresOf(trials, index);
        const failed = scores.filter((score) => score < passAt).length;
        const isUnknown =
          scores.length === 0 && trials.some(({ outcomes }) => outcomes[index] === "fault");
        return failed > 0 || isUnknown ? [{ id, metric: name, failed, of: scores.length }] : [];
      }),
    );
}
