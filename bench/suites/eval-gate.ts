import { compareScores } from "llm-seam/evals";
import { seeded } from "../measure/seeded.ts";
import { type Random, type World, worlds } from "../workers/eval-worlds.ts";
import type { Bench } from "./suite.ts";

/** How often gates fail a suite; shares of all comparisons. */
export interface GateRates {
  readonly comparisons: number;
  /** Seam's verdict: regressed by any metric, improved by any. */
  readonly regressed: number;
  readonly improved: number;
  /** A mean, of any metric, that is lower by more than so many points: what many gates look at. */
  readonly naive: readonly number[];
  /** The 95 % intervals that hold the true difference. */
  readonly covered: number;
}

export interface GateAt {
  /** By how much the true mean has fallen. */
  readonly drop: number;
  readonly rates: GateRates;
}

/** By the name of the world: where nothing has changed, then each of the drops. */
export type GateNumbers = Readonly<Record<string, readonly [GateAt, ...GateAt[]]>>;

export const naivePoints = [0, 1, 2] as const;
export const drops = [0.05, 0.1, 0.2] as const;

/** The gate on simulated suites of which the truth is known. */
export function measureEvalGate({ size, progress }: Bench): GateNumbers {
  const numbers: Record<string, [GateAt, ...GateAt[]]> = {};
  for (const [index, world] of worlds.entries()) {
    progress(`gate: ${world.name}`);
    const random = seeded(index + 1);
    const at = (drop: number, comparisons: number): GateAt => ({
      drop,
      rates: ratesOf(world, random, drop, comparisons),
    });
    numbers[world.name] = [at(0, size.gateNulls), ...drops.map((drop) => at(drop, size.gateDrops))];
  }
  return numbers;
}

function ratesOf(world: World, random: Random, drop: number, comparisons: number): GateRates {
  let regressed = 0;
  let improved = 0;
  let covered = 0;
  let intervals = 0;
  const naive = naivePoints.map(() => 0);
  for (let round = 0; round < comparisons; round++) {
    const found = compareScores(world.draw(random, drop).map((pairs) => ({ pairs })));
    const compared = found.filter((comparison) => comparison !== null);
    if (compared.some(({ verdict }) => verdict === "regressed")) regressed++;
    if (compared.some(({ verdict }) => verdict === "improved")) improved++;
    for (const [at, points] of naivePoints.entries()) {
      if (compared.some(({ difference }) => difference * 100 < -points - 1e-9)) {
        naive[at] = (naive[at] ?? 0) + 1;
      }
    }
    for (const [at, { low, high }] of compared.entries()) {
      const truth = at === 0 ? -drop : 0;
      intervals++;
      if (low <= truth && truth <= high) covered++;
    }
  }
  return {
    comparisons,
    regressed: regressed / comparisons,
    improved: improved / comparisons,
    naive: naive.map((count) => count / comparisons),
    covered: covered / intervals,
  };
}
