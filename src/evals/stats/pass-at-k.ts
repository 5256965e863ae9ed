/**
 * pass@k: the chance that at least one of `k` trials passes, from `c` passes in `n` trials of a case, without bias:
 * 1 − C(n−c, k)/C(n, k) (Chen et al. 2021, "Evaluating Large Language Models Trained on Code", arXiv:2107.03374).
 * `k` is at most `n`. The mean over cases is the suite's.
 */
export function passAtK(n: number, c: number, k: number): number {
  return 1 - drawnFrom(n - c, n, k);
}

/**
 * pass^k: the chance that all of `k` trials pass, from `c` passes in `n` trials of a case, without bias: C(c, k)/C(n, k)
 * (Yao et al. 2024, "τ-bench", arXiv:2406.12045). `k` is at most `n`. The mean over cases is the suite's.
 */
export function passHatK(n: number, c: number, k: number): number {
  return drawnFrom(c, n, k);
}

/** The chance that `k` of `n` drawn without replacement are all among `among`, as a product: factorials overflow. */
function drawnFrom(among: number, n: number, k: number): number {
  let chance = 1;
  for (let drawn = 0; drawn < k; drawn++) chance *= Math.max(0, among - drawn) / (n - drawn);
  return chance;
}
