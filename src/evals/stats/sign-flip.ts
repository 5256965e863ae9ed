import type { Statistics } from "../../config/defaults.ts";
import { mcnemarExact } from "./mcnemar.ts";
import { seeded } from "./random.ts";

/** Up to so many values every assignment of signs is tried. */
const enumerable = 14;

/** Beyond, assignments are drawn until so many lie as far from 0 as what was seen, which tells p to a tenth of itself. */
const enough = 100;

/** Signs are drawn for so many values at once, from a table of what they can come to. */
const drawnAtOnce = 8;

/** At most so many times the draws of a bootstrap: what is corrected for many tests needs small p-values. */
const patience = 10;

/**
 * Fisher's randomization test of paired differences: the two-sided p-value of their sum among the sums with all signs
 * assigned at random. Where before and after are alike, every assignment is as likely as the one that was seen, so
 * false alarms are as rare as the level says however few differences there are. With differences of one size this is
 * McNemar's test. Zeros say nothing about the direction, and are left out.
 *
 * Beyond what can be tried, assignments are drawn: few where p is large, more where it is small (Besag and Clifford 1991,
 * "Sequential Monte Carlo p-values"), and false alarms stay as rare as the level says.
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
  const all = signedSums(sizes);
  return all.reduce((count, sum) => (Math.abs(sum) >= seen ? count + 1 : count), 0) / all.length;
}

function drawn(sizes: readonly number[], seen: number, options: Statistics): number {
  const random = seeded(options.seed);
  const tables: Float64Array[] = [];
  for (let at = 0; at < sizes.length; at += drawnAtOnce) {
    tables.push(signedSums(sizes.slice(at, at + drawnAtOnce)));
  }
  const most = patience * options.resamples;
  let asFar = 0;
  for (let draw = 1; draw <= most; draw++) {
    let sum = 0;
    for (const table of tables) sum += table[Math.floor(random() * table.length)] ?? 0;
    if (Math.abs(sum) >= seen) asFar++;
    if (asFar === enough) return asFar / draw;
  }
  return (asFar + 1) / (most + 1);
}

/** What the values can come to, with every assignment of signs. */
function signedSums(sizes: readonly number[]): Float64Array {
  const sums = new Float64Array(2 ** sizes.length);
  sizes.forEach((size, done) => {
    const filled = 2 ** done;
    for (let at = 0; at < filled; at++) {
      const sum = sums[at] ?? 0;
      sums[at] = sum + size;
      sums[filled + at] = sum - size;
    }
  });
  return sums;
}
