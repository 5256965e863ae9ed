import { defaults, type Statistics } from "../../config/defaults.ts";
import type { Estimate } from "../result/result.ts";
import type { Observation } from "./estimate.ts";
import { cautiousMean } from "./robust-mean.ts";
import { enough } from "./spread.ts";
import { tQuantile } from "./student-t.ts";
import { clustersIn, type Unit, unitsOf } from "./units.ts";

/** What an earlier calibration has found of judge minus human, on the scale of scores. */
export interface Bias {
  /** Ratings that both gave, independent of each other. */
  readonly n: number;
  readonly mean: number;
  /** The standard deviation of the differences. */
  readonly sd: number;
  /** In how many of them there was a difference. */
  readonly off: number;
}

/**
 * What people would have scored, from a judge's scores and how far the judge was off where people have looked
 * (Angelopoulos et al. 2023, "Prediction-powered inference", arXiv:2301.09633): the judged mean less the mean bias, with
 * the uncertainty of both. Right however bad the judge is, as long as the calibrated answers are like the judged ones;
 * a better judge makes the interval narrower. `null` with fewer than two judged cases or two ratings.
 */
export function predictionPowered(
  { judged, bias }: { readonly judged: readonly Observation[]; readonly bias: Bias },
  options: Partial<Statistics> = {},
): Estimate | null {
  const scores = unitsOf(judged, ({ score }) => score);
  if (scores.length < 2 || bias.n < 2) return null;
  const rectifier = { mean: -bias.mean, se: seOfBias(bias), df: bias.n - 1 };
  const known = { n: judged.length, clusters: clustersIn(judged) };
  return { ...known, ...combined([judgedMean(scores), rectifier], options) };
}

interface Part {
  readonly mean: number;
  readonly se: number;
  readonly df: number;
}

function judgedMean(scores: readonly Unit[]): Part {
  const { mean, se, df, effective } = cautiousMean(scores);
  return { mean, se: se > 0 ? se : Math.sqrt(2) / (effective + 2), df };
}

/**
 * Where the judge was rarely off, two more errors are reckoned with, one too kind and one too strict, of the usual size,
 * or altogether wrong where there was none: that it was off in none of 20 does not mean that it never is.
 */
function seOfBias({ n, mean, sd, off }: Bias): number {
  if (off >= enough || off > n / 2) return sd / Math.sqrt(n);
  const squares = (n - 1) * sd ** 2 + n * mean ** 2;
  const square = off === 0 ? 1 : squares / off;
  const all = n + 2;
  return Math.sqrt((squares + 2 * square - (n * mean) ** 2 / all) / ((all - 1) * all));
}

/** The sum of independent means, with the degrees of freedom of Welch and Satterthwaite. */
function combined(
  parts: readonly Part[],
  options: Partial<Statistics>,
): Pick<Estimate, "mean" | "low" | "high" | "se" | "level" | "method"> {
  const { level } = { ...defaults.statistics, ...options };
  const sum = parts.reduce((total, { mean }) => total + mean, 0);
  const variance = parts.reduce((total, { se }) => total + se ** 2, 0);
  const shares = parts.reduce((total, { se, df }) => total + se ** 4 / df, 0);
  const se = Math.sqrt(variance);
  const reach = se === 0 ? 0 : tQuantile((1 + level) / 2, variance ** 2 / shares) * se;
  const onScale = (score: number): number => Math.min(1, Math.max(0, score));
  return {
    mean: onScale(sum),
    low: onScale(sum - reach),
    high: onScale(sum + reach),
    se,
    level,
    method: "prediction-powered",
  };
}
