import type { LanguageModelV4 } from "@ai-sdk/provider";

/**
 * A model: `provider/model`, e.g. `"anthropic/claude-sonnet-4-6"`, `"openai/gpt-5-mini"` or a provider of your own
 * config, e.g. `"ollama/qwen3"`; or any LanguageModelV4 instance of the AI SDK.
 */
export type ModelRef = string | LanguageModelV4;

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
  /**
   * Whether the server's models go on from an assistant message at the end of a request, as `afterCommit: "resume"` makes
   * use of. Default: `true` for the Anthropic models that do, `false` for all others.
   */
  prefill?: boolean | undefined;
  /** Sends the task's name in this header, e.g. `x-seam-task`, for proxies and the simulator. Default: not sent. */
  taskHeader?: string | undefined;
}
