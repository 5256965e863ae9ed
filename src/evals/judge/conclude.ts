import type { JudgeVerdict, Scored } from "../scorer.ts";
import type { Form, Judgment } from "./form.ts";
import type { PairOrders } from "./pairwise.ts";

/** One judgment of a trial; in both orders where two outputs are compared. */
export interface Sample extends Judgment {
  readonly orders?: PairOrders;
}

/**
 * What the judgments of one trial come to.
 *
 * @param length - of what was judged, in characters; of two outputs, by how much the scored one is longer
 */
export function conclude(form: Form, samples: readonly Sample[], length: number): Scored {
  const said = samples.map(({ verdict }) => verdict);
  const orders = samples.flatMap((sample) => sample.orders ?? []);
  const { verdict, score } = form.kind === "labels" ? mostSaid(form, said) : mean(form, said);
  return {
    score,
    reason: samples
      .map((sample) => (samples.length > 1 ? `${sample.verdict}: ` : "") + sample.reasoning)
      .join("\n\n"),
    details: {
      verdict,
      length,
      ...(said.length > 1 && { verdicts: said }),
      ...(orders.length > 0 && { orders, inconsistent: orders.some(isInconsistent) }),
    },
  };
}

/** The label that most judgments say; of several, the one with the lowest score. */
function mostSaid({ verdicts }: Form, said: readonly Judgment["verdict"][]): JudgeVerdict {
  const votes = ({ verdict }: JudgeVerdict): number => said.filter((one) => one === verdict).length;
  return verdicts.reduce((best, other) => (votes(other) > votes(best) ? other : best));
}

/** The mean of the scores, and the verdict that is nearest to it; of two, the lower one. */
function mean({ verdicts }: Form, said: readonly Judgment["verdict"][]): JudgeVerdict {
  const scores = new Map(verdicts.map((one) => [one.verdict, one.score]));
  const sum = said.reduce<number>((total, verdict) => total + (scores.get(verdict) ?? 0), 0);
  const score = sum / said.length;
  const distance = (one: JudgeVerdict): number => Math.abs(one.score - score);
  const nearest = verdicts.reduce((best, other) =>
    distance(other) < distance(best) ? other : best,
  );
  return { verdict: nearest.verdict, score };
}

/** The verdict changed with the order. */
function isInconsistent({ shownFirst, shownSecond }: PairOrders): boolean {
  return shownFirst !== shownSecond;
}
