import { defaults, type Statistics } from "../../config/defaults.ts";
import type { Estimate } from "../result/result.ts";
import { bootstrapT } from "./bootstrap.ts";
import { normalQuantile } from "./normal.ts";
import { robustMean } from "./robust-mean.ts";
import { tQuantile } from "./student-t.ts";
import { type Clustered, clustersIn, type Unit, unitsOf } from "./units.ts";
import { type Interval, wilson } from "./wilson.ts";

/** The score of a case, its trials averaged. */
export interface Observation extends Clustered {
  readonly id: string;
  /** From 0 to 1. */
  readonly score: number;
}

/** Below so many independent units, Student's table is not right enough for skewed scores. */
const fewUnits = 50;

/**
 * The mean of the scores with an interval for the mean of all cases like these; `null` without any. The method is chosen
 * by the scores: Wilson for passes and fails, t for graded scores, cluster-robust where clusters are declared, and the
 * bootstrap-t where there are few of either.
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
  const se = Math.sqrt((mean * (1 - mean)) / units.length);
  const z = normalQuantile((1 + level) / 2);
  return { mean, se, ...wilson(mean, units.length, z), method: "wilson" };
}

function asMean(units: readonly Unit[], clustered: boolean, rule: Statistics): Found {
  const widest = widestOf(units, rule.level);
  if (units.length < 2) return { ...widest, method: "wilson" };
  const { mean, se, df } = robustMean(units);
  if (se < 1e-12) return { ...widest, method: "wilson" };
  if (units.length < fewUnits) {
    const found = within(widest, bootstrapT(units, rule));
    return { mean, se, ...found, method: clustered ? "cluster-bootstrap" : "bootstrap" };
  }
  const t = tQuantile((1 + rule.level) / 2, df);
  const tells = (mean * (1 - mean)) / se ** 2;
  return { mean, se, ...wilson(mean, tells, t), method: clustered ? "cluster" : "t" };
}

/**
 * As if each unit had passed or failed as a whole: nothing from 0 to 1 varies more, so this is right where the scores
 * themselves show no spread.
 */
function widestOf(units: readonly Unit[], level: number): Omit<Found, "method"> {
  const n = units.reduce((total, { size }) => total + size, 0);
  const mean = units.reduce((total, { sum }) => total + sum, 0) / n;
  const alike = n ** 2 / units.reduce((total, { size }) => total + size ** 2, 0);
  const z = normalQuantile((1 + level) / 2);
  return { mean, se: Math.sqrt((mean * (1 - mean)) / alike), ...wilson(mean, alike, z) };
}

function within(bounds: Interval, { low, high }: Interval): Interval {
  return { low: Math.max(bounds.low, low), high: Math.min(bounds.high, high) };
}
