import { textOf } from "../call/assemble.ts";
import type { Runtime } from "../runtime.ts";
import { askedOf, callOptionsOf, type PromptOptions, type RuleOption } from "./prompt.ts";
import { type CallSummary, refuseRefusals, summarize } from "./result.ts";

export interface CompleteOptions extends PromptOptions, RuleOption<string> {}

export interface CompleteResult extends CallSummary {
  readonly text: string;
}

/** One prompt, one text. */
export async function complete(
  runtime: Runtime,
  task: string,
  options: CompleteOptions,
): Promise<CompleteResult> {
  const call = runtime.prepare({
    ...callOptionsOf(options),
    rule: options.rule,
    task,
    pattern: "complete",
    mode: "generate",
    ...askedOf(task, options),
    accept: refuseRefusals,
  });
  const result = await runtime.generate(call);
  return { text: textOf(result.content), ...summarize(call, result) };
}
