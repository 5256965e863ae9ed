import type { KappaInterval } from "../stats/kappa-interval.ts";
import type { Agreement } from "./agreement.ts";

/** One verdict that so many labels say leaves little to agree on. */
const lopsided = 0.8;

/** What the figures mean for who uses the judge, a sentence each. It says no more than the intervals do. */
export function appraise(found: Agreement): string[] {
  return [
    ...kappaText(found),
    ...labelsText(found),
    ...lopsidedText(found),
    ...biasText(found),
    ...positionText(found),
    ...lengthText(found),
  ];
}

function kappaText({ kappa }: Agreement): string[] {
  if (kappa === null) {
    return [
      "Nothing can be said of kappa: all labels and verdicts are the same. Label outputs of other quality, too.",
    ];
  }
  if (isOfNoWidth(kappa)) {
    return [
      "People, or the judge, say the same of all outputs: kappa is 0 however often they agree. Label outputs of other quality, too, or write a rubric that tells them apart.",
    ];
  }
  const [low, high] = [band(kappa.low), band(kappa.high)];
  const reach = low === high ? `is ${low}` : `may be anything from ${low} to ${high}`;
  return [
    `Agreement beyond chance ${reach}, in the words of Landis and Koch (1977), which are a convention.`,
  ];
}

/** Drawing from such labels again gives the same each time, which says nothing of other outputs. */
function isOfNoWidth({ low, high }: KappaInterval): boolean {
  return low === high;
}

const bands = [
  [0, "none"],
  [0.2, "slight"],
  [0.4, "fair"],
  [0.6, "moderate"],
  [0.8, "substantial"],
] as const;

function band(kappa: number): string {
  return bands.find(([most]) => kappa <= most)?.[1] ?? "almost perfect";
}

function labelsText({ kappa, labelsNeeded, n }: Agreement): string[] {
  if (kappa === null || labelsNeeded === null || isOfNoWidth(kappa)) return [];
  const half = (kappa.high - kappa.low) / 2;
  if (labelsNeeded <= n) return [`${n} labels tell kappa to within ±${half.toFixed(2)}.`];
  return [
    `${n} labels tell kappa to within ±${half.toFixed(2)}; about ${labelsNeeded} like these would tell it to ±0.10.`,
  ];
}

function lopsidedText({ confusion: { verdicts, table }, n }: Agreement): string[] {
  return verdicts.flatMap((verdict, index) => {
    const share = sum(table[index] ?? []) / n;
    if (share <= lopsided || share === 1) return [];
    return [
      `${percent(share)} of the labels are ${verdict}: little is known about the others. Label more of them.`,
    ];
  });
}

function biasText({ bias: { difference, low, high } }: Agreement): string[] {
  if (low <= 0 && high >= 0) return [];
  const way = difference > 0 ? "more lenient" : "stricter";
  return [
    `The judge is ${way} than people: its scores are off by ${signed(difference)} (${signed(low)} to ${signed(high)}), which \`seam eval\` takes off the mean that it reports.`,
  ];
}

function positionText({ position }: Agreement): string[] {
  if (position === null) return [];
  const { mean, low, high } = position.firstWins;
  if (low <= 0.5 && high >= 0.5) return [];
  return [
    `The judge is drawn to the output that is shown ${mean > 0.5 ? "first" : "second"}. Both orders are always asked, so this makes ties and decides nothing.`,
  ];
}

function lengthText({ length, position }: Agreement): string[] {
  if (length === null || (length.low <= 0 && length.high >= 0)) return [];
  const which = position === null ? "long" : "longer";
  return [
    `The judge thinks ${length.rho > 0 ? "better" : "worse"} of ${which} outputs than people do.`,
  ];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function signed(value: number): string {
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(2)}`;
}
