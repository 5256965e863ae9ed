import { evalDefaults } from "../defaults.ts";
import type { Agreement } from "./agreement.ts";
import type { Judge, JudgedLabels } from "./calibrate.ts";
import type { Calibration } from "./calibration.ts";

/** What is kept of a comparison; or, as a sentence, why nothing is. */
export function calibrationOf(
  { name, judge: { task, rubric, kind } }: Judge,
  { by }: Pick<JudgedLabels, "by">,
  { n, agreement, kappa, confusion, bias }: Agreement,
): Calibration | string {
  const { fewest } = evalDefaults.calibration;
  if (n < fewest) return `${n} labels say too little; label at least ${fewest} outputs.`;
  const labelled = confusion.table.filter((row) => row.some((count) => count > 0));
  if (kappa === null || labelled.length < 2)
    return "all labels are the same; label outputs of other quality.";
  if (by === null)
    return "no model was asked; label outputs that differ from what they are compared with.";
  return {
    metric: name,
    task,
    target: by.target,
    model: by.model,
    rubric,
    kind,
    n,
    agreement: rounded(agreement.mean),
    kappa: rounded(kappa.kappa),
    kappaLow: rounded(kappa.low),
    kappaHigh: rounded(kappa.high),
    bias: rounded(bias.difference),
    biasSd: rounded(bias.sd),
    at: new Date().toISOString().slice(0, 10),
  };
}

/** People review what is kept. */
function rounded(value: number): number {
  return Number(value.toFixed(4));
}
