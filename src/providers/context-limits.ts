import { byModel } from "./by-model.ts";

/**
 * Tokens that a model takes, question and answer together, by target. Sources: copies from 2026 of the pages under
 * https://platform.claude.com/docs/en/models (without beta headers), and what others quote of
 * https://platform.openai.com/docs/models. GPT-5 has 400,000, but says of a longer prompt that its input may have
 * 272,000: that number stands here, so that no window is planned which a request cannot fill.
 */
const table: Readonly<Record<string, number>> = {
  "anthropic/claude-opus-5-5": 1_000_000,
  "anthropic/claude-opus-5": 1_000_000,
  "anthropic/claude-opus-4-8": 1_000_000,
  "anthropic/claude-opus-4-7": 1_000_000,
  "anthropic/claude-opus-4-6": 1_000_000,
  "anthropic/claude-opus-4-5": 200_000,
  "anthropic/claude-opus-4-1": 200_000,
  "anthropic/claude-opus-4": 200_000,
  "anthropic/claude-sonnet-5-5": 1_000_000,
  "anthropic/claude-sonnet-5": 1_000_000,
  "anthropic/claude-sonnet-4-6": 1_000_000,
  "anthropic/claude-sonnet-4-5": 200_000,
  "anthropic/claude-sonnet-4": 200_000,
  "anthropic/claude-haiku-4-5": 200_000,
  "anthropic/claude-3-5-haiku": 200_000,
  "openai/gpt-5": 272_000,
  "openai/gpt-5-mini": 272_000,
  "openai/gpt-5-nano": 272_000,
  "openai/gpt-5.1": 272_000,
  "openai/gpt-4.1": 1_047_576,
  "openai/gpt-4.1-mini": 1_047_576,
  "openai/gpt-4.1-nano": 1_047_576,
  "openai/gpt-4o": 128_000,
  "openai/gpt-4o-mini": 128_000,
  "openai/o3": 200_000,
  "openai/o4-mini": 200_000,
};

/** How many tokens a target takes, question and answer together; `undefined` when nobody has told it. */
export function contextLimitOf(target: string): number | undefined {
  return byModel(table, target);
}
