import { textOf } from "../call/assemble.ts";
import type { Runtime } from "../runtime.ts";
import { type PromptOptions, requestOf } from "./prompt.ts";
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
    ...options,
    task,
    pattern: "complete",
    mode: "generate",
    request: requestOf(task, options),
    accept: refuseRefusals,
  });
  const answer = await runtime.send(call);
  if (answer.mode !== "generate") throw new TypeError("a whole answer was asked for");
  return { text: textOf(answer.result.content), ...summarize(call, answer.result) };
}
