/**
 * The p-values of several tests, in the same order, corrected for being several: the chance that any of those below 0.05
 * is a false alarm stays below 0.05, whatever the tests have to do with each other (Holm 1979, step-down).
 */
export function holm(ps: readonly number[]): number[] {
  const adjusted = new Array<number>(ps.length).fill(1);
  const byP = ps.map((p, at) => ({ p, at })).sort((one, other) => one.p - other.p);
  let least = 0;
  byP.forEach(({ p, at }, rank) => {
    least = Math.max(least, Math.min(1, p * (ps.length - rank)));
    adjusted[at] = least;
  });
  return adjusted;
}
