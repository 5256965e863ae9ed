import fc from "fast-check";
import { expect, test } from "vitest";
import { spearman } from "./spearman.ts";

const level = 0.95;
const zip = (x: readonly number[], y: readonly number[]): [number, number][] =>
  x.map((value, index) => [value, y[index] ?? 0]);

/** The figures are those of SciPy 1.17, `scipy.stats.spearmanr(x, y)`. */
test("the rank correlation of IQ and hours of television", () => {
  const iq = [106, 86, 100, 101, 99, 103, 97, 113, 112, 110];
  const hours = [7, 0, 27, 50, 28, 29, 20, 12, 6, 17];
  expect(spearman(zip(iq, hours), { level })?.rho).toBeCloseTo(-0.17575757575757575, 12);
});

test("ties share a rank, and the interval is by Fisher's z", () => {
  const x = [1, 2, 2, 3, 4, 4, 4, 5, 6, 7, 7, 8];
  const y = [0, 0, 0.25, 0, 0.25, 0.5, 0, 0.25, 0.5, 0.5, 0.25, 0.75];
  const found = spearman(zip(x, y), { level });
  expect(found?.rho).toBeCloseTo(0.7476448846213992, 12);
  expect(found?.low).toBeCloseTo(0.22469294146682736, 9);
  expect(found?.high).toBeCloseTo(0.9362283155151538, 9);
});

test("too few pairs, or a side without any difference, tell nothing", () => {
  const up = Array.from({ length: 10 }, (_, index) => index);
  expect(spearman(zip(up, up).slice(1), { level })).toBeNull();
  expect(spearman(zip(up, up.fill(1, 0)), { level })).toBeNull();
});

test("it holds for any order of the pairs, turns with a sign, and lies within its interval", () => {
  const pairs = fc.array(fc.tuple(fc.nat(20), fc.nat(5)), { minLength: 10, maxLength: 40 });
  fc.assert(
    fc.property(pairs, (given) => {
      const found = spearman(given, { level });
      if (found === null) return;
      const { rho, low, high } = found;
      expect(low).toBeLessThanOrEqual(rho);
      expect(high).toBeGreaterThanOrEqual(rho);
      expect(spearman(given.toReversed(), { level })?.rho).toBeCloseTo(rho, 9);
      const turned = given.map(([x, y]): [number, number] => [x, -y]);
      expect(spearman(turned, { level })?.rho).toBeCloseTo(-rho, 9);
    }),
  );
});
