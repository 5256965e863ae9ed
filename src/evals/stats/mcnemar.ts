import { binomialAtLeast } from "./binomial.ts";

/**
 * McNemar's test, exact: the two-sided p-value of `broke` cases that passed before and fail now, and `mended` cases the
 * other way round. Where nothing has changed, each of them is as likely to go either way (McNemar 1947).
 */
export function mcnemarExact(broke: number, mended: number): number {
  return Math.min(1, 2 * binomialAtLeast(Math.max(broke, mended), broke + mended, 0.5));
}
