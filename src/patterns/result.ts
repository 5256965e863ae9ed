import type { LanguageModelV4FinishReason, LanguageModelV4GenerateResult } from "@ai-sdk/provider";
import { textOf } from "../call/assemble.ts";
import type { Accept, Call } from "../call/call.ts";
import type { Source } from "../call/trace.ts";
import { addKnown, toUsage, type Usage, zeroUsage } from "../call/usage.ts";
import { Refused } from "../errors.ts";

export type FinishReason = LanguageModelV4FinishReason["unified"];

/** What every pattern tells about a finished call. */
export interface CallSummary {
  /** The id of the call's event: `seam calls show ID`. */
  readonly callId: string;
  /** Tokens that this call used; 0 when no model was asked. */
  readonly usage: Usage;
  /** US dollars that this call cost, failed attempts included where known; `null` when unknown. */
  readonly cost: number | null;
  /** Where the answer came from. */
  readonly source: Source;
  /** The target that answered, `provider/model`; `"rule"` where none was asked. */
  readonly target: string;
  readonly finishReason: FinishReason;
}

export function summarize(call: Call, result: LanguageModelV4GenerateResult): CallSummary {
  const { trace } = call;
  const fromModel = trace.source === "model";
  let cost: number | null = fromModel ? null : 0;
  if (fromModel) for (const { costUsd } of trace.attempts) cost = addKnown(cost, costUsd);
  return {
    callId: call.id,
    usage: fromModel ? toUsage(result.usage) : zeroUsage,
    cost,
    source: trace.source,
    target: trace.source === "rule" ? "rule" : (trace.answeredBy ?? call.targets[0].name),
    finishReason: result.finishReason.unified,
  };
}

/** Raises Refused for an answer that the model or the provider's filter declined. */
export const refuseRefusals: Accept = async (result, target) => {
  if (result.finishReason.unified !== "content-filter") return;
  throw new Refused(textOf(result.content), { target: target.name });
};
