/** How far a number may be off; where both are given, the wider one counts. */
export interface Tolerance {
  /** In the number's own unit. Default: 0. */
  readonly absolute?: number | undefined;
  /** As a share of the expected number, e.g. 0.01. Default: 0. */
  readonly relative?: number | undefined;
}

export function isNear(actual: number, expected: number, tolerance: Tolerance): boolean {
  if (actual === expected) return true;
  const { absolute = 0, relative = 0 } = tolerance;
  return Math.abs(actual - expected) <= Math.max(absolute, relative * Math.abs(expected));
}

export function checkTolerance(name: string, tolerance: Tolerance | undefined): void {
  for (const key of ["absolute", "relative"] as const) {
    const value = tolerance?.[key];
    if (value !== undefined && !(value >= 0)) {
      throw new RangeError(
        `The scorer ${name}: \`tolerance.${key}\` must be 0 or more, not ${value}`,
      );
    }
  }
}
