import type { LanguageModelV4Prompt } from "@ai-sdk/provider";
import type { Tags } from "../call/labels.ts";
import type { Price } from "../call/price.ts";
import type { ModelSettings } from "../call/request.ts";
import type { ModelRef, ProviderConfig } from "../providers/types.ts";
import type { Redactor } from "../redact/redactor.ts";
import type { Duration } from "../util/duration.ts";

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
  /** How many retries all calls together may send to a target; `false`: no such limit. */
  budget?: RetryBudgetConfig | false | undefined;
}

/** Keeps an outage from being multiplied: retries of a target are at most a share of its recent first attempts. */
export interface RetryBudgetConfig {
  /** Above 0, at most 10. */
  share?: number | undefined;
  /** Retries that are always left, for quiet services. */
  floorPerSecond?: number | undefined;
  /** How far back first attempts and retries count. */
  window?: Duration | undefined;
}

/** Takes a target out while too many of its requests fail. State is kept for each target, over all tasks. */
export interface BreakerConfig {
  /** Opens when at least this share of the requests in the window failed; above 0, at most 1. */
  failureRate?: number | undefined;
  /** Never opens on fewer requests than these. */
  minimumCalls?: number | undefined;
  window?: Duration | undefined;
  /** How long the target is left alone first; twice as long with each reopening. Never less than its Retry-After. */
  cooldown?: Duration | undefined;
  maxCooldown?: Duration | undefined;
}

/** What a task may use. Windows are fixed and begin at multiples of their length in UTC: `"1d"` ends at midnight UTC. */
export interface BudgetConfig {
  /** US dollars in a window. Every target of the task needs a known price. */
  cost?: number | undefined;
  /** Input and output tokens in a window. */
  tokens?: number | undefined;
  /** Requests to providers in a window: retries and fallbacks count. */
  requests?: number | undefined;
  /** The length of the window, at least a second; must be given for `cost`, `tokens` and `requests`. */
  window?: Duration | undefined;
  /** Calls at once, in this process. */
  inFlight?: number | undefined;
  /** How long a call may wait for room, inside its deadline. 0: it fails at once, with BudgetExceeded. */
  wait?: Duration | undefined;
}

/** Asks a second time when a target is slow; the first to answer is taken, and both are paid for. */
export interface HedgeConfig {
  /** How long the target may take to its first token, or to its whole answer where that is not streamed; `"p95"`: as long as 95 % of its recent answers for the task took. */
  after?: Duration | "p95" | undefined;
  /** The share of the task's recent calls that may be hedged; above 0, at most 1. */
  share?: number | undefined;
  /** With `"p95"`: nothing is hedged before so many answers are known. */
  minimumCalls?: number | undefined;
  /** How far back calls and answers count. */
  window?: Duration | undefined;
}

/** What a target may be sent, by all tasks of a seam together. */
export interface PaceConfig {
  /** Requests in any 60 seconds, retries included. */
  requestsPerMinute?: number | undefined;
  /**
   * Tokens in any 60 seconds, input and output together: an estimate when the request is sent, what it really used when
   * it has ended. Without `maxOutputTokens` the estimate takes 4,096 for the answer.
   */
  tokensPerMinute?: number | undefined;
  /** Requests that may be open at once; a stream is open to its end. */
  inFlight?: number | undefined;
  /** The longest a call waits for its turn, and never past its deadline. */
  wait?: Duration | undefined;
  /** `false`: what the provider's responses tell about its limits is not heeded. */
  learn?: boolean | undefined;
}

export interface CacheConfig {
  /** How long an answer is kept. */
  ttl?: Duration | undefined;
  /** Answers are shared within a namespace only, e.g. one a tenant. */
  namespace?: string | undefined;
  /**
   * `process`: answers stay in the memory of this process. `lasting`: the store keeps them, too, as they came from the
   * model. Default: `lasting` with `content: "full"`, else `process`.
   */
  reach?: "process" | "lasting" | undefined;
}

/** Has the provider keep the beginning of a task's prompts, which is then cheaper to send again. */
export interface PromptCacheConfig {
  /** How long Anthropic keeps it after its last use; an hour costs more to write. */
  ttl?: "5m" | "1h" | undefined;
}

/** What happens when structured output is cut off at the output limit. */
export interface ExtractConfig {
  /** The most output tokens a re-ask may be given. Default: four times `settings.maxOutputTokens`. */
  maxOutputTokens?: number | undefined;
}

/** Limits of an agent's runs. */
export interface AgentConfig {
  /** Model steps in a run; 1 to 1,000. */
  steps?: number | undefined;
  /** The whole run up to its end or its pause; each of its steps keeps to the task's own `deadline` as well. */
  deadline?: Duration | undefined;
  /** US dollars of a run. Every target of the task needs a known price. */
  cost?: number | undefined;
  /** Calls of one tool in a run, where the grant says no other number. */
  callsPerTool?: number | undefined;
  /** How often the very same call is run; the next one is answered without, and one more ends the run. */
  repeats?: number | undefined;
  toolTimeout?: Duration | undefined;
  /** Characters of a tool's result that the model is given; the rest is cut, visibly. At least 100. */
  toolOutput?: number | undefined;
  /** How long an approval can be given. */
  approvalTtl?: Duration | undefined;
}

/** How conversations stay in their window. Sizes in tokens. */
export interface ConversationConfig {
  /**
   * The most input that a turn is sent with; at least 500. Default: what the smallest of the task's targets takes,
   * fallbacks and canary included, without room for the answer (`settings.maxOutputTokens`, or 4,096); 16,000 where
   * that is known of none. 5 % of it are left free.
   */
  window?: number | undefined;
  /** When older turns are folded into the summary: before a turn that has no room for them, or after one, ahead of need. */
  summarize?: "turn" | "background" | undefined;
  /** The task that writes summaries. Default: `summarize` where the config has such a task, else the conversation's own. */
  summaryTask?: string | undefined;
  /** The share of the window that a history is folded down to, its summary included; 0.1 to 0.9. */
  lowWater?: number | undefined;
  /** The most that a summary may have, and never more than a quarter of the window; at least 100. */
  summaryTokens?: number | undefined;
  /** What becomes of a turn while another one of the same conversation is under way: it waits, or fails with Busy. */
  onBusy?: "wait" | "fail" | undefined;
  /** How long it waits then, and never past its deadline. */
  busyWait?: Duration | undefined;
}

/** The policies of a task; what a task leaves out comes from `defaults`, and from Seam's own defaults then. */
export interface PolicyConfig {
  /** The call's total time: queueing, every attempt, every wait, the stream to its end. */
  deadline?: Duration | undefined;
  attempt?: AttemptConfig | undefined;
  /** `false`: one attempt for each target. */
  retry?: RetryConfig | false | undefined;
  /** `false`: a target is asked however often it fails. */
  breaker?: BreakerConfig | false | undefined;
  /** `true`: with the defaults. Off unless it is switched on. */
  hedge?: HedgeConfig | boolean | undefined;
  /** `true`: with the defaults. Off unless it is switched on. */
  cache?: CacheConfig | boolean | undefined;
  /** Limits of each task for itself; of several, all must hold. A task's own take the place of those in `defaults`. */
  budget?: BudgetConfig | readonly BudgetConfig[] | false | undefined;
  /**
   * What becomes of a stream that breaks after its first content. `fail`: StreamInterrupted, with the text so far.
   * `resume`: the same target, or the next, is asked to go on. Not for calls with tools or structured output.
   */
  afterCommit?: "fail" | "resume" | undefined;
  extract?: ExtractConfig | undefined;
  /** For `seam.agent`. */
  agent?: AgentConfig | undefined;
  /** For `seam.conversation`. */
  conversation?: ConversationConfig | undefined;
  /** `true`: with the defaults. Off unless it is switched on; changes no answer. */
  promptCache?: PromptCacheConfig | boolean | undefined;
  /**
   * What is kept of prompts and answers wherever calls are recorded or exported: everything, what redactors leave of
   * it, or nothing. What feature code gets is the same in all cases.
   */
  content?: "full" | "redacted" | "none" | undefined;
  /** Takes out of texts what nobody shall read; applied in this order. Default: all of `redactors`. */
  redact?: Redactor | readonly Redactor[] | undefined;
}

/** A fallback with settings of its own. */
export interface TargetConfig {
  model: ModelRef;
  settings?: Settings | undefined;
}

/** What a task's rule is given. */
export interface RuleInput {
  readonly task: string;
  /** The text of the last user message. */
  readonly text: string;
  /** All messages, the system's first, in the AI SDK's form. */
  readonly messages: LanguageModelV4Prompt;
  readonly tags: Tags;
}

/**
 * A plain function that may answer instead of the model: a text, or for `extract` a value that fits its schema;
 * `undefined` leaves the call to the model. Must be quick and must not return a promise. When it throws, the call goes
 * on to the model, and the failure is noted and counted.
 */
export type TaskRule = (input: RuleInput) => unknown;

/** Sends a share of a task's calls elsewhere, to compare. What is left out is the task's own; one of the last three is not. */
export interface CanaryConfig {
  /** From 0 to 1. Raising it moves calls to the canary, and none back. */
  share: number;
  /** The tag that decides, e.g. `"user"`: each of its values stays in one arm. Default: each call for itself. */
  by?: string | undefined;
  model?: ModelRef | undefined;
  fallbacks?: readonly (ModelRef | TargetConfig)[] | undefined;
  /** Over the task's own settings, one by one. */
  settings?: Settings | undefined;
}

export interface TaskConfig extends PolicyConfig {
  model: ModelRef;
  /** Answers what needs no model. A rule given with a call comes first. */
  rule?: TaskRule | undefined;
  /** Asked in this order when the model before has failed. */
  fallbacks?: readonly (ModelRef | TargetConfig)[] | undefined;
  settings?: Settings | undefined;
  /**
   * `true`: sends the system's and the user's texts without spaces and blank lines that say nothing, and the system's
   * without long sentences that it has said before. Code, tables, data and quotes stay as they are. Default: `false`.
   */
  compress?: boolean | undefined;
  /** Sends a share of the calls to another model, or asks it otherwise. */
  canary?: CanaryConfig | undefined;
}

/** What OpenTelemetry is told of calls, where the application has set up its SDK. */
export interface TelemetryConfig {
  /** Whether prompts, answers and the texts of errors are exported. Default `false`. */
  content?: boolean | undefined;
  /**
   * Which GenAI semantic conventions name spans and metrics: the release v1.41, or the newer ones of their own
   * repository. Default: `latest` where OTEL_SEMCONV_STABILITY_OPT_IN has `gen_ai_latest_experimental`, else `1.41`.
   */
  conventions?: "1.41" | "latest" | undefined;
}

/** All of a team's choices: which model serves which task, and under which policies. */
export interface SeamConfig<Task extends string = string> {
  tasks: Record<Task, TaskConfig>;
  defaults?: PolicyConfig | undefined;
  providers?: Record<string, ProviderConfig> | undefined;
  /**
   * What is sent to a target (`"anthropic/claude-haiku-4-5"`), or to each target of a provider (`"anthropic"`) for
   * itself. A target's own entry takes the place of its provider's.
   */
  pace?: Record<string, PaceConfig> | undefined;
  /** US dollars for a million tokens, by target; wins over the built-in table. */
  prices?: Record<string, Price> | undefined;
  /** The SQLite file of events and cached answers, `":memory:"`, or `false` for none of both. */
  store?: string | false | undefined;
  /** Spans and metrics through OpenTelemetry; `false`: none. Costs next to nothing where no SDK is registered. */
  telemetry?: TelemetryConfig | false | undefined;
  /** How long events are kept, at least `"1h"`, e.g. `"30d"`; `false`, the default: as long as the file is there. */
  retention?: Duration | false | undefined;
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
