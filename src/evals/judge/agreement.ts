import { defaults, type Statistics } from "../../config/defaults.ts";
import type { Estimate } from "../result/result.ts";
import type { JudgeIdentity, JudgeVerdict } from "../scorer.ts";
import { estimate } from "../stats/estimate.ts";
import { type KappaOptions, type RatingTable, ratingTable } from "../stats/kappa.ts";
import { type KappaInterval, kappaInterval } from "../stats/kappa-interval.ts";
import { labelsNeeded } from "../stats/kappa-variance.ts";
import { type Difference, pairedDifference } from "../stats/paired-difference.ts";
import { type Correlation, spearman } from "../stats/spearman.ts";
import type { PairOrders } from "./pairwise.ts";

/** What a person and the judge said of the same output. */
export interface JudgedLabel {
  readonly id: string;
  readonly human: JudgeVerdict;
  readonly judge: JudgeVerdict["verdict"];
  /** The judge's, which several samples may put between two verdicts. */
  readonly score: number;
  /** Characters of the output; of two, by how many the scored one is longer. */
  readonly length: number;
  /** Of a pairwise judge, where both orders were asked. */
  readonly orders: readonly PairOrders[];
}

/** How a judge compares with people, every figure with its interval. */
export interface Agreement {
  readonly n: number;
  readonly level: number;
  readonly agreement: Estimate;
  readonly weights: KappaOptions["weights"];
  /** `null` where chance could not disagree: all said the same. */
  readonly kappa: KappaInterval | null;
  /** How many labels like these would tell kappa to within ± 0.10. */
  readonly labelsNeeded: number | null;
  /** The verdicts that were given, the worst first: a row for each of people, in it a column for each of the judge. */
  readonly confusion: { readonly verdicts: readonly string[]; readonly table: RatingTable };
  /** Of judge minus human, on the scale of scores. */
  readonly bias: Difference & { readonly sd: number };
  readonly position: PositionBias | null;
  /** How far the judge thinks better than people of what is long. */
  readonly length: Correlation | null;
}

/** Of a pairwise judge. */
export interface PositionBias {
  /** How often the one that is shown first wins, ties counted as half; 0.5 without bias. */
  readonly firstWins: Estimate;
  /** The share of pairs whose verdict changes with the order. */
  readonly inconsistent: Estimate;
}

/** Kappa is to be told this exactly. */
const halfWidth = 0.1;

/** @throws RangeError: without labels, and for a verdict that is none of the judge's */
export function agreementOf(
  labels: readonly JudgedLabel[],
  { kind, verdicts }: Pick<JudgeIdentity, "kind" | "verdicts">,
  options: Partial<Statistics> = {},
): Agreement {
  const rule = { ...defaults.statistics, ...options };
  const agreement = estimate(
    labels.map(({ id, human, judge }) => ({
      id,
      cluster: null,
      score: Number(human.verdict === judge),
    })),
    rule,
  );
  if (agreement === null) throw new RangeError("there are no labels");
  const ratings = labels.map(({ human, judge }) => ({
    human: String(human.verdict),
    judge: String(judge),
  }));
  const said = new Set(ratings.flatMap(({ human, judge }) => [human, judge]));
  const categories = verdicts.map(({ verdict }) => String(verdict));
  const weights = kind === "scale" ? "quadratic" : "none";
  const rated = { ...rule, weights, categories } as const;
  const given = categories.filter((category) => said.has(category));
  return {
    n: labels.length,
    level: rule.level,
    agreement,
    weights,
    kappa: kappaInterval(ratings, rated),
    labelsNeeded: labelsNeeded(ratings, halfWidth, rated),
    confusion: { verdicts: given, table: ratingTable(ratings, given) },
    bias: biasOf(labels, rule),
    position: kind === "pairwise" ? positionOf(labels, rule) : null,
    length: spearman(
      labels.map(({ length, human, score }) => [length, score - human.score]),
      rule,
    ),
  };
}

function biasOf(labels: readonly JudgedLabel[], rule: Statistics): Agreement["bias"] {
  const pairs = labels.map(({ id, human, score }) => ({
    id,
    cluster: null,
    before: human.score,
    after: score,
  }));
  const found = pairedDifference(pairs, rule);
  if (found === null) throw new RangeError("there are no labels");
  const squares = pairs.map(({ before, after }) => (after - before - found.difference) ** 2);
  const variance = squares.reduce((sum, square) => sum + square, 0) / Math.max(1, pairs.length - 1);
  return { ...found, sd: Math.sqrt(variance) };
}

function positionOf(labels: readonly JudgedLabel[], rule: Statistics): PositionBias | null {
  const asked = labels.filter(({ orders }) => orders.length > 0);
  const meanOver = (of: (orders: PairOrders) => number): Estimate | null =>
    estimate(
      asked.map(({ id, orders }) => {
        const score = orders.reduce((sum, one) => sum + of(one), 0) / orders.length;
        return { id, cluster: null, score };
      }),
      rule,
    );
  const firstWins = meanOver(
    ({ shownFirst, shownSecond }) => (scores[shownFirst] + 1 - scores[shownSecond]) / 2,
  );
  const inconsistent = meanOver(({ shownFirst, shownSecond }) =>
    Number(shownFirst !== shownSecond),
  );
  return firstWins && inconsistent && { firstWins, inconsistent };
}

const scores = { win: 1, tie: 0.5, loss: 0 } as const;
