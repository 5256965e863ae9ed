import type { JSONObject, LanguageModelV4Usage } from "@ai-sdk/provider";
import { amountOf } from "../call/usage.ts";

type Payload = Readonly<Record<string, unknown>> | null | undefined;
type Path = readonly [name: string, inner?: string];

/** Where OpenAI-compatible servers put each count; the first place that a payload has is read. */
const places: Readonly<Record<"read" | "written" | "reasoning", readonly Path[]>> = {
  read: [
    ["prompt_tokens_details", "cached_tokens"], // OpenAI, Groq, Mistral, OpenRouter, vLLM, xAI
    ["prompt_cache_hit_tokens"], //                DeepSeek
    ["cached_tokens"], //                          Moonshot
    ["cache_read_input_tokens"], //                LiteLLM, in front of Anthropic
  ],
  written: [
    ["prompt_tokens_details", "cache_write_tokens"], // OpenRouter
    ["cache_creation_input_tokens"], //                 LiteLLM, in front of Anthropic
  ],
  reasoning: [["completion_tokens_details", "reasoning_tokens"]],
};

/**
 * The usage of an OpenAI-compatible server, as Seam counts it everywhere: cached tokens are part of the input, reasoning
 * is part of the output, and what nobody said is unknown.
 *
 * - Input: `prompt_tokens` holds the cached ones, as OpenAI's does. Where more were cached than it says, it does not.
 * - Output: what `total_tokens` holds beyond prompt and completion is output as well. xAI reports reasoning beside
 *   `completion_tokens`; Gemini's thoughts are in the total only.
 */
export function compatibleUsage(raw: Payload): LanguageModelV4Usage {
  const [prompt, completion, total] = ["prompt_tokens", "completion_tokens", "total_tokens"].map(
    (name) => countAt(raw, [name]),
  );
  const read = firstOf(raw, places.read);
  const written = firstOf(raw, places.written);
  const cached = (read ?? 0) + (written ?? 0);
  const input = prompt === undefined || cached <= prompt ? prompt : prompt + cached;
  const told = firstOf(raw, places.reasoning);
  const beside = outputBeside({ input, completion, total, reasoning: told });
  const output = completion === undefined ? undefined : completion + beside;
  const reasoning = told ?? (beside > 0 ? beside : undefined);
  return {
    inputTokens: {
      total: input,
      noCache: input === undefined ? undefined : input - cached,
      cacheRead: read,
      cacheWrite: written,
    },
    outputTokens: {
      total: output,
      text: output === undefined ? undefined : output - (reasoning ?? 0),
      reasoning,
    },
    ...(raw != null && { raw: raw as JSONObject }),
  };
}

/** Tokens of the output that are not in `completion_tokens`. */
function outputBeside(counts: {
  readonly input: number | undefined;
  readonly completion: number | undefined;
  readonly total: number | undefined;
  readonly reasoning: number | undefined;
}): number {
  const { input, completion, total = 0, reasoning = 0 } = counts;
  if (completion === undefined) return 0;
  const uncounted = input === undefined ? 0 : total - input - completion;
  return Math.max(0, uncounted, reasoning > completion ? reasoning : 0);
}

function firstOf(payload: Payload, paths: readonly Path[]): number | undefined {
  return paths.map((path) => countAt(payload, path)).find((count) => count !== undefined);
}

function countAt(payload: Payload, [name, inner]: Path): number | undefined {
  const value = payload?.[name];
  if (inner === undefined) return amountOf(value) ?? undefined;
  return amountOf((value as Record<string, unknown> | null | undefined)?.[inner]) ?? undefined;
}
