import { incompleteBeta } from "./beta.ts";

/** P(X ≥ k) for X successes of n with probability p. */
export function binomialAtLeast(k: number, n: number, p: number): number {
  if (k <= 0) return 1;
  if (k > n) return 0;
  return incompleteBeta(p, k, n - k + 1);
}
