import { allOf } from "./all-of.ts";
import type { Judgment } from "./form.ts";
import type { Material } from "./prompt.ts";

/** Asks the judging model about one material, for the n-th time. */
export type Ask = (material: Material, nth: number) => Promise<Judgment>;

/** From the view of the output that is scored. */
export type PairVerdict = "win" | "tie" | "loss";

/** What was said where the scored output was shown first, and where it was shown second. */
export interface PairOrders {
  readonly shownFirst: PairVerdict;
  readonly shownSecond: PairVerdict;
}

/** One comparison, in both orders. */
export interface PairJudgment extends Judgment {
  readonly orders: PairOrders;
}

/** Judges are drawn to one place: only a verdict that stays when the places are changed counts. */
export async function bothOrders(
  ask: Ask,
  material: Material,
  against: unknown,
  nth: number,
): Promise<PairJudgment> {
  const { outputs } = material;
  const [first, second] = await allOf([
    ask({ ...material, outputs: [...outputs, against] }, nth),
    ask({ ...material, outputs: [against, ...outputs] }, nth),
  ]);
  const shownFirst = verdictOf(first, "1");
  const shownSecond = verdictOf(second, "2");
  return {
    verdict: shownFirst === shownSecond ? shownFirst : "tie",
    orders: { shownFirst, shownSecond },
    reasoning: `Shown first: ${first.reasoning}\nShown second: ${second.reasoning}`,
  };
}

function verdictOf({ verdict }: Judgment, own: "1" | "2"): PairVerdict {
  if (verdict === "tie") return "tie";
  return verdict === own ? "win" : "loss";
}
