import type { LanguageModelV4Content, LanguageModelV4GenerateResult } from "@ai-sdk/provider";
import { ProviderUnavailable } from "../../errors.ts";
import type { AttemptRun } from "./run.ts";

/** Raises an error for an answer that has the shape of one but is none: cut off, failed inside, or empty. */
export function refuseBroken(result: LanguageModelV4GenerateResult, run: AttemptRun): void {
  const reason = brokenReason(result, run);
  if (reason !== undefined) {
    throw new ProviderUnavailable(`${run.call.target.name} ${reason}`, run.place);
  }
}

function brokenReason(result: LanguageModelV4GenerateResult, run: AttemptRun): string | undefined {
  const { unified: finish, raw } = result.finishReason;
  const isUnfinished = finish === "other" && run.call.mode === "stream" && raw === undefined;
  if (finish === "interrupted" || isUnfinished) return "ended its answer without a finish reason";
  if (finish === "error" || raw === "error") return "ended its answer with an error";
  if (finish === "length" || finish === "content-filter") return undefined;
  // After a tool's result, and when it is asked again then, a model may have nothing to say.
  const answersTool = run.options.prompt.slice(-2).some(({ role }) => role === "tool");
  const goesOn = run.continuation !== undefined && run.continuation.sent !== "";
  if (!answersTool && !goesOn && !result.content.some(hasSubstance))
    return "answered with no content";
  return undefined;
}

function hasSubstance(part: LanguageModelV4Content): boolean {
  if (part.type === "text") return part.text !== "";
  return part.type !== "reasoning" && part.type !== "reasoning-file" && part.type !== "custom";
}
