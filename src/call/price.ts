import type { Usage } from "./usage.ts";

/** US dollars for one million tokens. */
export interface Price {
  readonly input: number;
  readonly output: number;
  /** Input tokens read from the provider's prompt cache. Default: the input price. */
  readonly cacheRead?: number | undefined;
  /** Input tokens written to the provider's prompt cache. Default: the input price. */
  readonly cacheWrite?: number | undefined;
}

/** US dollars of one answer, or `null` when the price or the token counts are unknown. */
export function costOf(usage: Usage, price: Price | undefined): number | null {
  if (price === undefined || usage.inputTokens === null || usage.outputTokens === null) return null;
  const read = usage.cachedTokens ?? 0;
  const written = usage.cacheWriteTokens ?? 0;
  const plain = Math.max(0, usage.inputTokens - read - written);
  const perMillion =
    plain * price.input +
    read * (price.cacheRead ?? price.input) +
    written * (price.cacheWrite ?? price.input) +
    usage.outputTokens * price.output;
  return perMillion / 1_000_000;
}
