import type { Statistics } from "../../config/defaults.ts";
import { mcnemarExact } from "./mcnemar.ts";
import { seeded } from "./random.ts";

/** Up to so many values every assignment of signs is tried. */
const enumerable = 14;

/**
 * Fisher's randomization test of paired differences: the two-sided p-value of their sum among the sums with all signs
 * assigned at random. Where before and after are alike, every assignment is as likely as the one that was seen, so
 * false alarms are as rare as the level says however few differences there are. With differences of one size this is
 * McNemar's test. Zeros say nothing about the direction, and are left out.
 *
 * Beyond what can be tried, assignments are drawn; counting the one that was seen keeps that exact, too (Phipson and
 * Smyth 2010, "Permutation P-values should never be zero").
 */
export function signFlip(differences: readonly number[], options: Statistics): number {
  const sizes = differences.map(Math.abs).filter((size) => size > 1e-12);
  const first = sizes[0];
  if (first === undefined) return 1;
  if (sizes.every((size) => Math.abs(size - first) < 1e-12)) {
    const fell = differences.filter((difference) => difference < -1e-12).length;
    return mcnemarExact(fell, sizes.length - fell);
  }
  const seen = Math.abs(differences.reduce((total, each) => total + each, 0)) - 1e-9;
  return sizes.length <= enumerable ? enumerated(sizes, seen) : drawn(sizes, seen, options);
}

function enumerated(sizes: readonly number[], seen: number): number {
  const all = 2 ** sizes.length;
  let asFar = 0;
  for (let signs = 0; signs < all; signs++) {
    let sum = 0;
    sizes.forEach((size, at) => {
      sum += (signs >>> at) & 1 ? size : -size;
    });
    if (Math.abs(sum) >= seen) asFar++;
  }
  return asFar / all;
}

function drawn(sizes: readonly number[], seen: number, options: Statistics): number {
  const random = seeded(options.seed);
  let asFar = 1;
  for (let draw = 0; draw < options.resamples; draw++) {
    let sum = 0;
    for (const size of sizes) sum += random() < 0.5 ? size : -size;
    if (Math.abs(sum) >= seen) asFar++;
  }
  return asFar / (options.resamples + 1);
}
