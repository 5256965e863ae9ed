/** Which of the three a scorer gives. `f1` is the harmonic mean of the others. */
export type Measure = "f1" | "precision" | "recall";

export interface MeasureOptions {
  /** Default: `f1`. */
  readonly measure?: Measure | undefined;
}

/**
 * Precision (the share of what was `given` that is right), recall (the share of what is `wanted` that was given), and
 * F1. Nothing given where nothing is wanted is 1; nothing on one side alone is 0.
 */
export function ratios(hits: number, given: number, wanted: number): Record<Measure, number> {
  if (given === 0 && wanted === 0) return { precision: 1, recall: 1, f1: 1 };
  return {
    precision: given === 0 ? 0 : hits / given,
    recall: wanted === 0 ? 0 : hits / wanted,
    f1: (2 * hits) / (given + wanted),
  };
}
