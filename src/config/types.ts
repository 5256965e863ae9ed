import type { LanguageModelV4 } from "@ai-sdk/provider";
import type { Price } from "../call/price.ts";
import type { ModelSettings } from "../call/request.ts";
import type { Duration } from "../util/duration.ts";

/**
 * A model: `provider/model`, e.g. `"anthropic/claude-sonnet-4-6"`, `"openai/gpt-5-mini"` or a provider of your own
 * config, e.g. `"ollama/qwen3"`; or any LanguageModelV4 instance of the AI SDK.
 */
export type ModelRef = string | LanguageModelV4;

/** Settings of the model call: those of the AI SDK, without what belongs to a single call. */
export type Settings = Pick<
  ModelSettings,
  | "maxOutputTokens"
  | "temperature"
  | "topP"
  | "topK"
  | "presencePenalty"
  | "frequencyPenalty"
  | "stopSequences"
  | "seed"
  | "reasoning"
  | "providerOptions"
>;

/** Where a provider is reached, and how. Without an entry, `anthropic` and `openai` are reached at their own hosts. */
export interface ProviderConfig {
  /** The protocol. Default: `anthropic` and `openai` for providers of these names, `openai-compatible` for others. */
  kind?: "anthropic" | "openai" | "openai-compatible" | undefined;
  /** The API's base with its version, e.g. `http://localhost:11434/v1`. Must be given for `openai-compatible`. */
  baseURL?: string | undefined;
  /** Default: the environment variable `<NAME>_API_KEY`, e.g. `ANTHROPIC_API_KEY`, `OPENAI_API_KEY`, `OLLAMA_API_KEY`. */
  apiKey?: string | undefined;
  /** Sent with every request. Never part of a cache key, an event or an error. */
  headers?: Record<string, string> | undefined;
  /** `openai` only: which API is spoken. Default `chat`. */
  api?: "chat" | "responses" | undefined;
  /** Whether the server takes a JSON schema for the answer. If not, the schema is put into the prompt. Default `true`. */
  structuredOutputs?: boolean | undefined;
  /** Sends the task's name in this header, e.g. `x-seam-task`, for proxies and the simulator. Default: not sent. */
  taskHeader?: string | undefined;
}

/** The time limits of one attempt. Each is a number of milliseconds or a text such as `"20s"`. */
export interface AttemptConfig {
  /** The whole attempt, to the last byte. */
  total?: Duration | undefined;
  /** Until the response headers; streams only. */
  headers?: Duration | undefined;
  /** Until the first content; streams only. */
  firstToken?: Duration | undefined;
  /** Between two pieces of content; streams only. */
  silence?: Duration | undefined;
}

export interface RetryConfig {
  /** Requests to one target at the most, the first one included. 1 to 20. */
  attempts?: number | undefined;
  /** The longest first wait; it doubles with every failure. */
  baseDelay?: Duration | undefined;
  /** The longest wait of the backoff. A longer Retry-After is kept too, unless a fallback can be asked instead. */
  maxDelay?: Duration | undefined;
}

export interface CacheConfig {
  /** How long an answer is kept. */
  ttl?: Duration | undefined;
  /** Answers are shared within a namespace only, e.g. one a tenant. */
  namespace?: string | undefined;
}

/** What happens when structured output is cut off at the output limit. */
export interface ExtractConfig {
  /** The most output tokens a re-ask may be given. Default: four times `settings.maxOutputTokens`. */
  maxOutputTokens?: number | undefined;
}

/** The policies of a task; what a task leaves out comes from `defaults`, and from Seam's own defaults then. */
export interface PolicyConfig {
  /** The call's total time: queueing, every attempt, every wait, the stream to its end. */
  deadline?: Duration | undefined;
  attempt?: AttemptConfig | undefined;
  /** `false`: one attempt for each target. */
  retry?: RetryConfig | false | undefined;
  /** `true`: with the defaults. Off unless it is switched on. */
  cache?: CacheConfig | boolean | undefined;
  extract?: ExtractConfig | undefined;
}

/** A fallback with settings of its own. */
export interface TargetConfig {
  model: ModelRef;
  settings?: Settings | undefined;
}

export interface TaskConfig extends PolicyConfig {
  model: ModelRef;
  /** Asked in this order when the model before has failed. */
  fallbacks?: readonly (ModelRef | TargetConfig)[] | undefined;
  settings?: Settings | undefined;
}

/** All of a team's choices: which model serves which task, and under which policies. */
export interface SeamConfig<Task extends string = string> {
  tasks: Record<Task, TaskConfig>;
  defaults?: PolicyConfig | undefined;
  providers?: Record<string, ProviderConfig> | undefined;
  /** US dollars for a million tokens, by target; wins over the built-in table. */
  prices?: Record<string, Price> | undefined;
  /** The SQLite file of events and cached answers, `":memory:"`, or `false` for none of both. */
  store?: string | false | undefined;
  /** The most bytes of answers kept in memory, in front of the store. */
  cacheMemoryBytes?: number | undefined;
}

/**
 * Types a config, so that the names of its tasks are known wherever the seam is used.
 *
 * @example
 * export default defineConfig({
 *   tasks: {
 *     "classify-ticket": { model: "anthropic/claude-haiku-4-5", deadline: "20s", cache: { ttl: "7d" } },
 *   },
 * });
 */
export function defineConfig<const Task extends string>(
  config: SeamConfig<Task>,
): SeamConfig<Task> {
  return config;
}
