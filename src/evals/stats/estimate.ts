import { defaults, type Statistics } from "../../config/defaults.ts";
import type { Estimate } from "../result/result.ts";
import { bootstrapT } from "./bootstrap.ts";
import { normalQuantile } from "./normal.ts";
import { cautiousMean, robustMean } from "./robust-mean.ts";
import { tQuantile } from "./student-t.ts";
import { type Clustered, clustersIn, type Unit, unitsOf } from "./units.ts";
import { type Interval, wilson } from "./wilson.ts";

/** The score of a case, its trials averaged. */
export interface Observation extends Clustered {
  readonly id: string;
  /** From 0 to 1. */
  readonly score: number;
}

/** Below so many units that tell as much, Student's table alone is not right enough for skewed scores. */
const fewUnits = 100;

/**
 * The mean of the scores with an interval for the mean of all cases like these; `null` without any. The method is chosen
 * by the scores: Wilson for passes and fails, t for graded scores, cluster-robust where clusters are declared, and the
 * wider of it and the bootstrap-t where there are few of either. Never wider than if every unit had passed or failed as
 * a whole.
 */
export function estimate(
  observations: readonly Observation[],
  options: Partial<Statistics> = {},
): Estimate | null {
  if (observations.length === 0) return null;
  const rule = { ...defaults.statistics, ...options };
  const units = unitsOf(observations, ({ score }) => score);
  const clusters = clustersIn(observations);
  const passOrFail = observations.every(({ score }) => score === 0 || score === 1);
  const known = { n: observations.length, clusters, level: rule.level };
  if (clusters === null && passOrFail) return { ...known, ...asProportion(units, rule.level) };
  return { ...known, ...asMean(units, clusters !== null, rule) };
}

type Found = Pick<Estimate, "mean" | "low" | "high" | "se" | "method">;

function asProportion(units: readonly Unit[], level: number): Found {
  const mean = units.reduce((total, { sum }) => total + sum, 0) / units.length;
  const z = normalQuantile((1 + level) / 2);
  const interval = wilson(mean, units.length, z);
  return { mean, se: seOfShare(mean, units.length), ...interval, method: "wilson" };
}

function asMean(units: readonly Unit[], clustered: boolean, rule: Statistics): Found {
  const { mean, se, df, effective } = robustMean(units);
  // As if each unit had passed or failed as a whole: nothing from 0 to 1 varies more.
  const widest = wilson(mean, effective, normalQuantile((1 + rule.level) / 2));
  if (units.length < 2) return { mean, se: seOfShare(mean, 1), ...widest, method: "wilson" };
  if (se < 1e-12) return { mean, se, ...widest, method: "wilson" };
  const tells = (mean * (1 - mean)) / cautiousMean(units).se ** 2;
  const byT = within(widest, wilson(mean, tells, tQuantile((1 + rule.level) / 2, df)));
  if (effective >= fewUnits) return { mean, se, ...byT, method: clustered ? "cluster" : "t" };
  const byDraws = within(widest, bootstrapT(units, rule));
  const low = Math.min(byT.low, byDraws.low);
  const high = Math.max(byT.high, byDraws.high);
  return { mean, se, low, high, method: clustered ? "cluster-bootstrap" : "bootstrap" };
}

function seOfShare(mean: number, n: number): number {
  return Math.sqrt((mean * (1 - mean)) / n);
}

function within(bounds: Interval, { low, high }: Interval): Interval {
  return { low: Math.max(bounds.low, low), high: Math.min(bounds.high, high) };
}
