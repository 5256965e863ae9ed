import { fingerprintOf } from "../../call/canonical.ts";
import { skeletonText } from "../../call/template.ts";
import { InvalidRequest } from "../../errors.ts";
import { notApplicable, type Scored, type ScoredTrial, type Scorer } from "../scorer.ts";
import { allOf } from "./all-of.ts";
import { conclude } from "./conclude.ts";
import { type Form, formOf } from "./form.ts";
import { checkJudge, type JudgeOptions } from "./options.ts";
import { type Ask, bothOrders } from "./pairwise.ts";
import { asText, materialOf, systemPrompt, userPrompt } from "./prompt.ts";

/**
 * A model that scores outputs by a rubric: on a scale, by labels, or against another output. It is asked through the seam,
 * as a task of its own, afresh for every judgment, and reasons before it decides. What it judges is marked as data: that
 * makes being talked round rarer and cannot rule it out, so compare it with people, by `seam eval calibrate`.
 *
 * A verdict that is none of those allowed, a refusal, and every other error of the call is a fault of the judge: thrown,
 * counted apart, and never a score.
 *
 * @example
 * judge({
 *   seam,
 *   task: "judge",
 *   name: "helpful",
 *   rubric: "A good answer solves the customer's problem, and promises nothing that the policy does not hold.",
 *   labels: { good: 1, partial: 0.5, bad: 0 },
 *   of: ({ text }) => text,
 * });
 * @throws ConfigError with the path of every wrong option
 */
export function judge<
  Input = unknown,
  Expected = unknown,
  Output = unknown,
  Task extends string = string,
>(options: JudgeOptions<Input, Expected, Output, Task>): Scorer<Input, Expected, Output> {
  checkJudge(options);
  const { task, name = task, pairwise, passAt = pairwise && evenPasses } = options;
  const form = formOf(options);
  const system = systemPrompt(form, options.rubric);
  return {
    name,
    passAt,
    judge: {
      task,
      rubric: rubricHash(options, form, system),
      kind: form.kind,
      verdicts: form.verdicts,
    },
    score: (trial) => scored(options, form, system, trial),
  };
}

/** An output that is no worse than the other one passes. */
const evenPasses = 0.5;

async function scored<Input, Expected, Output, Task extends string>(
  options: JudgeOptions<Input, Expected, Output, Task>,
  form: Form,
  system: string,
  trial: ScoredTrial<Input, Expected, Output>,
): Promise<Scored> {
  const { seam, task, rubric, pairwise, samples = 1 } = options;
  const ofTrial = typeof rubric === "function" ? rubricText(task, rubric(trial)) : undefined;
  const ask: Ask = async (material, nth) => {
    const { value } = await seam.extract(task, {
      system,
      prompt: userPrompt(material, ofTrial),
      schema: form.schema,
      schemaName: "judgment",
      signal: trial.signal,
      // A task with a cache of its own would answer every sample with the first.
      ...(nth > 0 && { cache: { namespace: `judgment ${nth + 1}` } }),
    });
    return value;
  };
  const material = materialOf(options, trial);
  const times = Array.from({ length: samples }, (_, nth) => nth);
  const length = lengthOf(material.outputs[0]);
  if (pairwise === undefined) {
    return conclude(form, await allOf(times.map((nth) => ask(material, nth))), length);
  }
  const against = pairwise.against === undefined ? trial.expected : pairwise.against(trial);
  if (against === undefined) return notApplicable("there is nothing to compare the output with");
  if (asText(material.outputs[0]) === asText(against)) {
    const details = { verdict: "tie", length: 0 };
    return { score: 0.5, reason: "Both outputs are the same.", details };
  }
  const judgments = times.map((nth) => bothOrders(ask, material, against, nth));
  return conclude(form, await allOf(judgments), length - lengthOf(against));
}

/** The types say so already; JavaScript callers and `any` slip past them. */
function rubricText(task: string, rubric: unknown): string {
  if (typeof rubric === "string" && rubric.trim() !== "") return rubric;
  throw new InvalidRequest("The function `rubric` of this judge has returned no text", { task });
}

function lengthOf(output: unknown): number {
  return asText(output)?.length ?? 0;
}

/** What a function calls in turn is not seen. */
function rubricHash<Input, Expected, Output, Task extends string>(
  { rubric, of, show, pairwise, samples = 1 }: JudgeOptions<Input, Expected, Output, Task>,
  form: Form,
  system: string,
): string {
  const functions = [rubric, of, show?.input, show?.expected, pairwise?.against].map(String);
  const outputs = form.kind === "pairwise" ? ["", ""] : [""];
  const prompt = skeletonText(userPrompt({ input: "", expected: "", outputs }));
  return fingerprintOf({ system, prompt, verdicts: form.verdicts, functions, samples });
}
