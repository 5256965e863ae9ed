import type { AgentRule } from "../call/agent-rule.ts";
import type { BreakerRule, HedgeRule, RetryBudgetRule } from "../call/call.ts";
import type { ConversationRule } from "../call/conversation-rule.ts";
import type { AttemptLimits } from "../call/limits.ts";
import type { PaceRule } from "../call/target.ts";
import type { TelemetryRule } from "../telemetry/rule.ts";

/** Every default of Seam: `defaults` in the config changes it for all tasks, a task for itself, a call for its own. */
export interface Defaults {
  readonly deadlineMs: number;
  readonly attempt: AttemptLimits;
  readonly retry: {
    readonly attempts: number;
    readonly baseDelayMs: number;
    readonly maxDelayMs: number;
  };
  readonly retryBudget: RetryBudgetRule;
  readonly breaker: BreakerRule;
  /** Used when a task switches hedging on. */
  readonly hedge: HedgeRule;
  readonly pace: Pick<PaceRule, "waitMs" | "learn">;
  /** Used when a task switches its cache on. */
  readonly cache: { readonly ttlMs: number; readonly namespace: string };
  /** Used where a task has a budget. */
  readonly budget: { readonly waitMs: number };
  /** Used when a task switches its provider's prompt cache on. */
  readonly promptCache: { readonly ttl: "5m" | "1h" };
  /** Whether prompts are sent without spaces and repeated sentences that say nothing. */
  readonly compress: boolean;
  readonly afterCommit: "fail" | "resume";
  /** How often one call resumes its stream, where `afterCommit` says so. */
  readonly maxResumes: number;
  readonly content: "full" | "redacted" | "none";
  readonly agent: Omit<AgentRule, "costUsd">;
  readonly conversation: ConversationRule;
  /** What no setting changes of a conversation's turns. */
  readonly conversationTurn: {
    /** The share of a turn's deadline that it may wait for a summary. */
    readonly summaryShare: number;
    /** How long a turn's hold on its conversation outlives its process. */
    readonly leaseMs: number;
    /** The most that a turn may take in the store. */
    readonly maxBytes: number;
  };
  /** A run that waits for approval is forgotten so long after the last of its approvals has expired. */
  readonly pausedRunKeepMs: number;
  /** A process that works on a paused run holds it so long at a time: when it dies, another can go on after that. */
  readonly runLeaseMs: number;
  /** A re-ask after `length` gets at most this many times the first limit. */
  readonly extractRoomFactor: number;
  readonly statistics: Statistics;
  readonly telemetry: TelemetryRule;
  readonly store: string;
  /** `false`: events are kept as long as the file is there. */
  readonly retentionMs: number | false;
  readonly cacheMemoryBytes: number;
}

/** How evals reckon: docs/eval-statistics.md. */
export interface Statistics {
  /** The confidence of intervals, and with it the significance of differences; between 0 and 1. */
  readonly level: number;
  /** How often a difference should be seen; between 0.5 and 1. */
  readonly power: number;
  /** Draws of a bootstrap, and of a randomization test that cannot try all. */
  readonly resamples: number;
  readonly seed: number;
}

export const defaults: Defaults = {
  deadlineMs: 180_000,
  attempt: { totalMs: 90_000, headersMs: 20_000, firstTokenMs: 30_000, silenceMs: 20_000 },
  retry: { attempts: 3, baseDelayMs: 500, maxDelayMs: 20_000 },
  retryBudget: { share: 0.2, floorPerSecond: 10, windowMs: 10_000 },
  breaker: {
    failureRate: 0.8,
    minimumCalls: 100,
    windowMs: 30_000,
    cooldownMs: 5_000,
    maxCooldownMs: 120_000,
  },
  hedge: { after: "p95", share: 0.1, minimumCalls: 20, windowMs: 300_000 },
  pace: { waitMs: 30_000, learn: true },
  cache: { ttlMs: 86_400_000, namespace: "" },
  budget: { waitMs: 0 },
  promptCache: { ttl: "5m" },
  compress: false,
  afterCommit: "fail",
  maxResumes: 3,
  content: "full",
  extractRoomFactor: 4,
  agent: {
    steps: 20,
    deadlineMs: 600_000,
    callsPerTool: 20,
    repeats: 2,
    toolTimeoutMs: 30_000,
    toolOutput: 20_000,
    approvalTtlMs: 86_400_000,
  },
  pausedRunKeepMs: 604_800_000,
  runLeaseMs: 30_000,
  conversation: {
    window: 16_000,
    summarize: "turn",
    summaryTask: "summarize",
    lowWater: 0.5,
    highWater: 0.8,
    summaryTokens: 1_000,
    onBusy: "wait",
    busyWaitMs: 30_000,
  },
  conversationTurn: { summaryShare: 0.5, leaseMs: 15_000, maxBytes: 20 * 1024 * 1024 },
  statistics: { level: 0.95, power: 0.8, resamples: 2_000, seed: 1 },
  telemetry: { content: false, conventions: "1.41" },
  store: ".seam/seam.db",
  retentionMs: false,
  cacheMemoryBytes: 64 * 1024 * 1024,
};
