import type { LanguageModelV4Usage } from "@ai-sdk/provider";
import { amountOf, toUsage, type Usage } from "./usage.ts";

/** US dollars for one million tokens. */
export interface Price {
  readonly input: number;
  readonly output: number;
  /** Input tokens read from the provider's prompt cache. Default: the input price. */
  readonly cacheRead?: number | undefined;
  /** Input tokens written to the provider's prompt cache. Default: the input price. */
  readonly cacheWrite?: number | undefined;
  /** Input tokens written to it for an hour, where the provider tells them apart. Default: as `cacheWrite`. */
  readonly cacheWrite1h?: number | undefined;
  /** Output tokens of reasoning. Default: the output price. */
  readonly reasoning?: number | undefined;
}

/** US dollars of one answer, or `null` when the price or the token counts are unknown. */
export function costOf(
  usage: Usage,
  price: Price | undefined,
  writtenForAnHour: number = 0,
): number | null {
  if (price === undefined || usage.inputTokens === null || usage.outputTokens === null) return null;
  const read = usage.cachedTokens ?? 0;
  const written = usage.cacheWriteTokens ?? 0;
  const long = Math.min(writtenForAnHour, written);
  const reasoning = usage.reasoningTokens ?? 0;
  const writePrice = price.cacheWrite ?? price.input;
  const perMillion =
    Math.max(0, usage.inputTokens - read - written) * price.input +
    read * (price.cacheRead ?? price.input) +
    (written - long) * writePrice +
    long * (price.cacheWrite1h ?? writePrice) +
    Math.max(0, usage.outputTokens - reasoning) * price.output +
    reasoning * (price.reasoning ?? price.output);
  return perMillion / 1_000_000;
}

/** Tokens and cost of one answer: by the price, or where there is none, by what the provider says it has billed. */
export function billOf(
  { raw, ...counts }: LanguageModelV4Usage,
  price: Price | undefined,
): { readonly usage: Usage; readonly costUsd: number | null } {
  const usage = toUsage(counts);
  const writtenForAnHour = amount(raw, "cache_creation", "ephemeral_1h_input_tokens") ?? 0;
  return { usage, costUsd: costOf(usage, price, writtenForAnHour) ?? reportedCost(raw) };
}

/** What a provider says that an answer cost, in US dollars. */
function reportedCost(raw: LanguageModelV4Usage["raw"]): number | null {
  const ticks = amount(raw, "cost_in_usd_ticks");
  if (ticks !== null) return ticks / 1e10; // xAI
  const cost = amount(raw, "cost"); // OpenRouter: its own share alone where the key is the caller's
  if (cost === null || raw?.["is_byok"] !== true) return cost;
  const upstream = amount(raw, "cost_details", "upstream_inference_cost");
  return upstream === null ? null : cost + upstream;
}

/** A number at or above 0 that a payload has somewhere; else `null`. */
function amount(payload: unknown, ...path: readonly string[]): number | null {
  let value = payload;
  for (const name of path) value = (value as Record<string, unknown> | null | undefined)?.[name];
  return amountOf(value);
}
