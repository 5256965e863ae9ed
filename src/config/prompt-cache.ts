import { fingerprintOf } from "../call/canonical.ts";
import type { PromptCacheRule } from "../providers/prompt-cache.ts";
import type { CheckedPolicies } from "./checked.ts";
import { defaults } from "./defaults.ts";

/** How a task uses the prompt cache of its providers; `undefined`: it does not. */
export function promptCacheRule(
  task: string,
  set: CheckedPolicies["promptCache"],
  common: CheckedPolicies["promptCache"],
): PromptCacheRule | undefined {
  if (set === undefined || set === false) return undefined;
  const own = set === true ? undefined : set;
  const below = typeof common === "object" ? common : undefined;
  return {
    ttl: own?.ttl ?? below?.ttl ?? defaults.promptCache.ttl,
    key: fingerprintOf({ task }).slice(0, 32),
  };
}
