import { fingerprintOf } from "../../../call/canonical.ts";

/**
 * What a service is handed so that the same work is done once: 64 characters of hex, the same for the same tool and
 * input under the same key of the run, whichever step or process asks.
 */
export function idempotencyKeyOf(runKey: string, tool: string, input: unknown): string {
  return fingerprintOf(["llm-seam/tool", runKey, tool, input]);
}
