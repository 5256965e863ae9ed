import type { Price } from "../call/price.ts";
import type { ModelRef, ProviderConfig } from "../providers/types.ts";
import type { Redactor } from "../redact/redactor.ts";
import type {
  AgentConfig,
  ConversationConfig,
  ExtractConfig,
  PaceConfig,
  PolicyConfig,
  PromptCacheConfig,
  SeamConfig,
  Settings,
  TaskRule,
} from "./types.ts";

/** A config whose every setting was checked, with every duration in milliseconds. */
export interface CheckedConfig
  extends Pick<SeamConfig, "store" | "cacheMemoryBytes" | "telemetry"> {
  readonly tasks: Readonly<Record<string, CheckedTask>>;
  readonly defaults?: CheckedPolicies | undefined;
  readonly providers?: Readonly<Record<string, ProviderConfig>> | undefined;
  readonly pace?: Readonly<Record<string, CheckedPace>> | undefined;
  readonly prices?: Readonly<Record<string, Price>> | undefined;
  readonly retention?: number | false | undefined;
}

export interface CheckedTask extends CheckedPolicies {
  readonly model: ModelRef;
  readonly rule?: TaskRule | undefined;
  readonly fallbacks?: readonly CheckedTarget[] | undefined;
  readonly settings?: Settings | undefined;
  readonly compress?: boolean | undefined;
  readonly canary?: CheckedCanary | undefined;
}

export interface CheckedCanary {
  readonly share: number;
  readonly by?: string | undefined;
  readonly model?: ModelRef | undefined;
  readonly fallbacks?: readonly CheckedTarget[] | undefined;
  readonly settings?: Settings | undefined;
}

export interface CheckedTarget {
  readonly model: ModelRef;
  readonly settings?: Settings | undefined;
}

export interface CheckedPolicies extends CheckedLimits {
  readonly retry?: false | CheckedRetry | undefined;
  readonly breaker?: false | CheckedBreaker | undefined;
  readonly hedge?: boolean | CheckedHedge | undefined;
  readonly cache?: boolean | CheckedCache | undefined;
  readonly budget?: false | CheckedBudget | readonly CheckedBudget[] | undefined;
  readonly afterCommit?: PolicyConfig["afterCommit"];
  readonly extract?: ExtractConfig | undefined;
  readonly agent?: CheckedAgent | undefined;
  readonly conversation?: CheckedConversation | undefined;
  readonly promptCache?: boolean | PromptCacheConfig | undefined;
  readonly content?: "full" | "redacted" | "none" | undefined;
  readonly redact?: Redactor | readonly Redactor[] | undefined;
}

export interface CheckedAgent
  extends Omit<AgentConfig, "deadline" | "toolTimeout" | "approvalTtl"> {
  readonly deadline?: number | undefined;
  readonly toolTimeout?: number | undefined;
  readonly approvalTtl?: number | undefined;
}

export interface CheckedConversation extends Omit<ConversationConfig, "busyWait"> {
  readonly busyWait?: number | undefined;
}

export interface CheckedLimits {
  readonly deadline?: number | undefined;
  readonly attempt?: CheckedAttempt | undefined;
}

export interface CheckedAttempt {
  readonly total?: number | undefined;
  readonly headers?: number | undefined;
  readonly firstToken?: number | undefined;
  readonly silence?: number | undefined;
}

export interface CheckedRetry {
  readonly attempts?: number | undefined;
  readonly baseDelay?: number | undefined;
  readonly maxDelay?: number | undefined;
  readonly budget?: false | CheckedRetryBudget | undefined;
}

export interface CheckedRetryBudget {
  readonly share?: number | undefined;
  readonly floorPerSecond?: number | undefined;
  readonly window?: number | undefined;
}

export interface CheckedBreaker {
  readonly failureRate?: number | undefined;
  readonly minimumCalls?: number | undefined;
  readonly window?: number | undefined;
  readonly cooldown?: number | undefined;
  readonly maxCooldown?: number | undefined;
}

export interface CheckedBudget {
  readonly cost?: number | undefined;
  readonly tokens?: number | undefined;
  readonly requests?: number | undefined;
  readonly window?: number | undefined;
  readonly inFlight?: number | undefined;
  readonly wait?: number | undefined;
}

export interface CheckedPace extends Omit<PaceConfig, "wait"> {
  readonly wait?: number | undefined;
}

export interface CheckedHedge {
  readonly after?: number | "p95" | undefined;
  readonly share?: number | undefined;
  readonly minimumCalls?: number | undefined;
  readonly window?: number | undefined;
}

export interface CheckedCache {
  readonly ttl?: number | undefined;
  readonly namespace?: string | undefined;
  readonly reach?: "process" | "lasting" | undefined;
}
