import type { RemovedLink } from "../options.ts";
import { LinkGuard, type LinkRule } from "./link-guard.ts";

/** Text without links and images to hosts that are not granted, and what was taken out of it. */
export function guardText(
  text: string,
  rule: LinkRule,
): { readonly text: string; readonly removed: readonly RemovedLink[] } {
  const guard = new LinkGuard(rule);
  return { text: guard.push(text) + guard.end(), removed: guard.removed };
}
