import type { Price } from "../call/price.ts";
import { byModel } from "./by-model.ts";

/** How far the prices below can be trusted; what matters to you belongs into `prices` of the config. */
export const pricesAsOf: string =
  "Anthropic's prices were compared with a copy of its price page from October 2026. OpenAI's were written down " +
  "in 2026 without the page at hand: compare them before you rely on them.";

/**
 * US dollars for a million tokens, by target. A model with a date or a version suffix is priced like the name it
 * starts with. Sources: https://platform.claude.com/docs/en/about-claude/pricing and https://openai.com/api/pricing
 * Models whose price depends on the length of the prompt are left out: unknown is better than wrong.
 */
const table: Readonly<Record<string, Price>> = {
  "anthropic/claude-opus-5-5": { ...anthropic(4, 20), cacheRead: 0.2 },
  "anthropic/claude-opus-5": anthropic(5, 25),
  "anthropic/claude-opus-4-8": anthropic(5, 25),
  "anthropic/claude-opus-4-7": anthropic(5, 25),
  "anthropic/claude-sonnet-5-5": { ...anthropic(2, 10), cacheRead: 0.1 },
  "anthropic/claude-sonnet-5": anthropic(2, 10),
  "anthropic/claude-opus-4-6": anthropic(5, 25),
  "anthropic/claude-opus-4-5": anthropic(5, 25),
  "anthropic/claude-opus-4-1": anthropic(15, 75),
  "anthropic/claude-opus-4": anthropic(15, 75),
  "anthropic/claude-sonnet-4-6": anthropic(3, 15),
  "anthropic/claude-sonnet-4-5": anthropic(3, 15),
  "anthropic/claude-sonnet-4": anthropic(3, 15),
  "anthropic/claude-haiku-4-5": anthropic(1, 5),
  "anthropic/claude-3-5-haiku": anthropic(0.8, 4),
  "openai/gpt-5": { input: 1.25, output: 10, cacheRead: 0.125 },
  "openai/gpt-5-mini": { input: 0.25, output: 2, cacheRead: 0.025 },
  "openai/gpt-5-nano": { input: 0.05, output: 0.4, cacheRead: 0.005 },
  "openai/gpt-5.1": { input: 1.25, output: 10, cacheRead: 0.125 },
  "openai/gpt-4.1": { input: 2, output: 8, cacheRead: 0.5 },
  "openai/gpt-4.1-mini": { input: 0.4, output: 1.6, cacheRead: 0.1 },
  "openai/gpt-4.1-nano": { input: 0.1, output: 0.4, cacheRead: 0.025 },
  "openai/gpt-4o": { input: 2.5, output: 10, cacheRead: 1.25 },
  "openai/gpt-4o-mini": { input: 0.15, output: 0.6, cacheRead: 0.075 },
  "openai/o3": { input: 2, output: 8, cacheRead: 0.5 },
  "openai/o4-mini": { input: 1.1, output: 4.4, cacheRead: 0.275 },
};

/** The price of a target; `undefined` when nobody has told it. */
export function priceOf(
  target: string,
  overrides: Readonly<Record<string, Price>>,
): Price | undefined {
  return overrides[target] ?? byModel(table, target);
}

/**
 * Anthropic bills a read of its prompt cache at a tenth of the input price, a write for 5 minutes at 1.25 times, one for
 * an hour at twice that price. Newer models have lower prices for reads, which stand in the table.
 */
function anthropic(input: number, output: number): Price {
  return {
    input,
    output,
    cacheRead: input * 0.1,
    cacheWrite: input * 1.25,
    cacheWrite1h: input * 2,
  };
}
