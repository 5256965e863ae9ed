import { textOf } from "../call/assemble.ts";
import type { Runtime } from "../runtime.ts";
import { callOptionsOf, type PromptOptions, requestOf } from "./prompt.ts";
import { type CallSummary, refuseRefusals, summarize } from "./result.ts";

export interface CompleteOptions extends PromptOptions {}

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
    task,
    pattern: "complete",
    mode: "generate",
    request: requestOf(task, options),
    accept: refuseRefusals,
  });
  const result = await runtime.generate(call);
  return { text: textOf(result.content), ...summarize(call, result) };
}
