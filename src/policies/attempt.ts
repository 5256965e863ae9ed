import type { LanguageModelV4 } from "@ai-sdk/provider";
import type { Answer } from "../call/answer.ts";
import { raceAbort } from "../util/abort.ts";
import { refuseBroken } from "./attempt/broken-answer.ts";
import { AttemptRun } from "./attempt/run.ts";
import { streamOnce } from "./attempt/stream.ts";
import type { TargetedCall } from "./policy.ts";

/** One request to the call's target, under the limits of one attempt. The innermost policy. */
export async function attempt(call: TargetedCall): Promise<Answer> {
  await isLoaded(call);
  call.allowAttempt?.();
  const run = new AttemptRun(call);
  try {
    const model = await run.reach(() => call.target.model());
    return call.mode === "generate" ? await generateOnce(run, model) : await streamOnce(run, model);
  } catch (error) {
    run.fail(error);
    throw error;
  }
}

async function generateOnce(run: AttemptRun, model: LanguageModelV4): Promise<Answer> {
  const result = await run.reach(() => model.doGenerate(run.options));
  run.heard(200, result.response?.headers);
  run.bill(result);
  refuseBroken(result, run);
  await run.judge(result);
  run.succeed();
  return { mode: "generate", result };
}

/** Importing a provider's package takes its time once; that is not the provider's, so no limit of an attempt counts it. */
async function isLoaded({ target, signal }: TargetedCall): Promise<void> {
  await raceAbort(
    target.model().then(
      () => {},
      () => {},
    ),
    signal,
  );
}
