import type {
  LanguageModelV4CallOptions,
  LanguageModelV4Message,
  SharedV4ProviderOptions,
} from "@ai-sdk/provider";
import { estimateTokens } from "../call/estimate.ts";

/** How a task uses its provider's prompt cache. */
export interface PromptCacheRule {
  readonly ttl: "5m" | "1h";
  /** The same for all requests of the task: keeps them together where the provider spreads requests over machines. */
  readonly key: string;
}

/**
 * The shortest prefix that a model caches, in tokens; it ignores a mark on a shorter one, at no cost. Where sources
 * disagree, the smaller figure stands here. A name covers what it begins: `claude-opus-5` also `claude-opus-5-5`.
 * Source: https://platform.claude.com/docs/en/build-with-claude/prompt-caching, as quoted in October 2026.
 */
const shortestPrefixes: readonly (readonly [model: string, tokens: number])[] = [
  ["claude-opus-5", 512],
  ["claude-opus-4-7", 2_048],
  ["claude-opus-4-6", 4_096],
  ["claude-opus-4-5", 4_096],
  ["claude-haiku-4-5", 4_096],
  ["claude-3-5-haiku", 2_048],
  ["claude-3-haiku", 2_048],
];
const shortestOtherwise = 1_024;

/** The shortest prefix that a provider caches for a model, in tokens. */
export function shortestCacheable(modelId: string): number {
  return shortestPrefixes.find(([name]) => modelId.includes(name))?.[1] ?? shortestOtherwise;
}

/**
 * Marks what Anthropic is to cache: the tools, the system messages, and in a conversation all there is so far. The turn
 * before is marked once more, because Anthropic looks for an earlier mark only 20 blocks back. Those are four at the
 * most, as many as it allows. A request with marks of the caller's own is left alone.
 */
export function markForAnthropic(
  options: LanguageModelV4CallOptions,
  { ttl }: PromptCacheRule,
  modelId: string,
): LanguageModelV4CallOptions {
  if (holdersIn(options).some(isMarked)) return options;
  const { prompt, tools = [] } = options;
  const shortest = shortestCacheable(modelId);
  const toolTokens = estimateTokens({ prompt: [], tools }).input;
  const isLong = (end: number): boolean =>
    toolTokens + estimateTokens({ prompt: prompt.slice(0, end) }).input >= shortest;
  const lastTool = isLong(0) ? tools.findLastIndex(mayCarryMark) : -1;
  const marked = new Set(
    markedMessages(prompt).filter((index) => hasContent(prompt[index]) && isLong(index + 1)),
  );
  if (lastTool === -1 && marked.size === 0) return options;
  const mark = <T extends { providerOptions?: SharedV4ProviderOptions }>(holder: T): T => ({
    ...holder,
    providerOptions: {
      ...holder.providerOptions,
      anthropic: {
        ...holder.providerOptions?.["anthropic"],
        cacheControl: { type: "ephemeral", ...(ttl === "1h" && { ttl }) },
      },
    },
  });
  return {
    ...options,
    ...(lastTool !== -1 && {
      tools: tools.map((tool, index) =>
        index === lastTool && tool.type === "function" ? mark(tool) : tool,
      ),
    }),
    prompt: prompt.map((message, index) => (marked.has(index) ? mark(message) : message)),
  };
}

/**
 * OpenAI caches by itself. It sends requests that begin alike to one machine until they are too many for it; the key
 * keeps tasks apart that share their first words. It is the task's and not the prefix's, so that a system message which
 * ends in something new each time still finds the beginning that it shares with others.
 */
export function keyForOpenAI(
  options: LanguageModelV4CallOptions,
  { key }: PromptCacheRule,
): LanguageModelV4CallOptions {
  const own = { promptCacheKey: key, ...options.providerOptions?.["openai"] };
  return { ...options, providerOptions: { ...options.providerOptions, openai: own } };
}

/** The last system message at the head; in a conversation also its end, and the end of the turn before. */
function markedMessages(prompt: LanguageModelV4CallOptions["prompt"]): number[] {
  const head = prompt.findIndex(({ role }) => role !== "system");
  const answer = prompt.findLastIndex(({ role }) => role === "assistant");
  const isAsked = ({ role }: LanguageModelV4Message): boolean => role === "user" || role === "tool";
  return [
    (head === -1 ? prompt.length : head) - 1,
    ...(answer === -1
      ? []
      : [prompt.findLastIndex(isAsked), prompt.slice(0, answer).findLastIndex(isAsked)]),
  ].filter((index) => index >= 0);
}

/** Anthropic refuses a mark on an empty text. */
function hasContent(message: LanguageModelV4Message | undefined): boolean {
  if (message === undefined) return false;
  if (message.role === "system") return message.content.trim() !== "";
  const last = message.content.at(-1);
  if (last?.type === "text") return last.text.trim() !== "";
  return last?.type === "file" || last?.type === "tool-result";
}

type Tool = NonNullable<LanguageModelV4CallOptions["tools"]>[number];

/** Tools of the provider itself cannot carry a mark, and Anthropic refuses one on a tool that is loaded later. */
function mayCarryMark(tool: Tool): boolean {
  return tool.type === "function" && tool.providerOptions?.["anthropic"]?.["deferLoading"] !== true;
}

type Part = Exclude<LanguageModelV4Message["content"], string>[number];

interface Holder {
  readonly providerOptions?: SharedV4ProviderOptions | undefined;
}

/** Everything in a request that can carry a mark. */
function holdersIn({ prompt, tools = [], ...request }: LanguageModelV4CallOptions): Holder[] {
  const parts = prompt.flatMap((message): Part[] =>
    message.role === "system" ? [] : message.content,
  );
  const outputs = parts.flatMap((part): Holder[] => {
    if (part.type !== "tool-result") return [];
    return part.output.type === "content" ? part.output.value : [part.output];
  });
  return [
    request,
    ...tools.filter((tool) => tool.type === "function"),
    ...prompt,
    ...parts,
    ...outputs,
  ];
}

function isMarked({ providerOptions = {} }: Holder): boolean {
  return Object.values(providerOptions).some(
    (options: SharedV4ProviderOptions[string] | undefined) =>
      options?.["cacheControl"] !== undefined || options?.["cache_control"] !== undefined,
  );
}
