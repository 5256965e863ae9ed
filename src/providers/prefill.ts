import type { ModelRequest } from "../call/request.ts";
import type { Endpoint } from "./endpoint.ts";

/**
 * Claude models that go on from an assistant message at the end of a request: 3 to 4.5. From Opus 4.6 and Sonnet 4.6 on
 * such a request is refused with 400. https://platform.claude.com/docs/en/about-claude/models/migration-guide
 */
const prefillable = /^claude-(?:3-|(?:opus|sonnet|haiku)-4(?:-[0-5])?(?:-\d{8}|-latest|$))/;

/** Whether a model goes on from the beginning of its own answer. Not while it thinks: thinking would have to come first. */
export function takesPrefill(
  { kind, prefill }: Endpoint,
  modelId: string,
  request: ModelRequest,
): boolean {
  if (prefill !== undefined) return prefill;
  return kind === "anthropic" && prefillable.test(modelId) && !thinks(request);
}

function thinks({ reasoning = "provider-default", providerOptions }: ModelRequest): boolean {
  const thinking = providerOptions?.["anthropic"]?.["thinking"];
  if (typeof thinking === "object" && thinking !== null && "type" in thinking) {
    return thinking["type"] !== "disabled";
  }
  return reasoning !== "provider-default" && reasoning !== "none";
}
