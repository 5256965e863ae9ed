import { evalDefaults } from "../defaults.ts";
import type { JudgeIdentity } from "../scorer.ts";
import type { Agreement } from "./agreement.ts";
import type { JudgedLabels } from "./calibrate.ts";
import type { Calibration } from "./calibration.ts";

/** What is kept of a comparison; or, as a sentence, why nothing is. */
export function calibrationOf(
  { task, rubric, kind }: JudgeIdentity,
  { by }: Pick<JudgedLabels, "by">,
  { n, agreement, kappa, bias }: Agreement,
): Calibration | string {
  const { fewest } = evalDefaults.calibration;
  if (n < fewest) return `${n} labels say too little; label at least ${fewest} outputs.`;
  if (kappa === null)
    return "all labels and verdicts are the same; label outputs of other quality.";
  if (by === null)
    return "no model was asked; label outputs that differ from what they are compared with.";
  return {
    task,
    target: by.target,
    model: by.model,
    rubric,
    kind,
    n,
    agreement: agreement.mean,
    kappa: kappa.kappa,
    kappaLow: kappa.low,
    kappaHigh: kappa.high,
    bias: bias.difference,
    biasSd: bias.sd,
    at: new Date().toISOString().slice(0, 10),
  };
}
