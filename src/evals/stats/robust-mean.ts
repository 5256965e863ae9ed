import type { Unit } from "./units.ts";

export interface RobustMean {
  readonly mean: number;
  readonly se: number;
  /** Degrees of freedom of `se`. */
  readonly df: number;
  /** Of units of one size, how many would tell as much: n² / Σ n_c² (Kish 1965). */
  readonly effective: number;
}

/**
 * The mean over cases, with a standard error that holds however much the cases of a cluster have in common, as long as
 * clusters are independent: SE² = (1/n²) Σ over clusters of f (Σ (s − s̄))², which is Miller 2024 (arXiv:2411.00640),
 * with the small-sample factor f = 1 / (1 − n_c/n) for each cluster. For clusters of one size it is the usual G/(G − 1);
 * for others it is the CR2 of Bell and McCaffrey 2002, and so are the degrees of freedom, which are G − 1 for
 * clusters of one size. Where every case is a cluster of its own, it is the ordinary s/√n with n − 1.
 *
 * At least two units.
 */
export function robustMean(units: readonly Unit[]): RobustMean {
  const n = units.reduce((total, { size }) => total + size, 0);
  const mean = units.reduce((total, { sum }) => total + sum, 0) / n;
  let variance = 0;
  let sizes = 0;
  let cross = 0;
  let crossSquares = 0;
  for (const { size, sum } of units) {
    const share = size / n;
    variance += (sum - size * mean) ** 2 / (n * n * (1 - share));
    sizes += size ** 2;
    cross += share ** 2 / (1 - share);
    crossSquares += (share ** 2 / (1 - share)) ** 2;
  }
  const df = 1 / (sizes / n ** 2 + cross ** 2 - crossSquares);
  return { mean, se: Math.sqrt(variance), df, effective: n ** 2 / sizes };
}

/**
 * The same for scores from 0 to 1, where the sample may lack what is rare: the standard error counts one more unit, which
 * varies as much as a pass or fail with this mean does. Of many units that is next to nothing.
 */
export function cautiousMean(units: readonly Unit[]): RobustMean {
  const found = robustMean(units);
  const rare = (found.mean * (1 - found.mean)) / found.effective ** 2;
  return { ...found, se: Math.sqrt(found.se ** 2 + Math.max(0, rare)) };
}
