import type { LanguageModelV4GenerateResult } from "@ai-sdk/provider";
import type { Ending } from "./answer.ts";
import type { AttemptKind } from "./attempt.ts";
import type { BudgetLimit } from "./budget.ts";
import type { CacheRule } from "./cache-rule.ts";
import type { Family } from "./family.ts";
import type { Pattern, Tags } from "./labels.ts";
import type { CallLimits } from "./limits.ts";
import type { ModelRequest } from "./request.ts";
import type { CallScope } from "./scope.ts";
import type { WrittenPrompt } from "./static-prompt.ts";
import type { Target } from "./target.ts";
import type { Trace } from "./trace.ts";

/** Judges an answer before it is cached or returned; throws when it must not be. */
export type Accept = (result: LanguageModelV4GenerateResult, target: Target) => Promise<void>;

/** One logical request of feature code, on its way through the policies. */
export interface Call {
  readonly id: string;
  /** What the call was made for; `undefined` for one that stands alone. */
  readonly family: Family | undefined;
  /** Who watches it; `undefined` in production. */
  readonly scope: CallScope | undefined;
  readonly task: string;
  readonly pattern: Pattern;
  readonly mode: "generate" | "stream";
  /** What the caller asked, before the settings of a target are added. */
  readonly request: ModelRequest;
  /** What feature code asked: what its fingerprint is made of. */
  readonly written: WrittenPrompt;
  /** The first target, then the fallbacks. */
  readonly targets: readonly [Target, ...Target[]];
  readonly limits: CallLimits;
  readonly retry: RetryRule;
  /** `undefined`: the target is asked however often it fails. */
  readonly breaker: BreakerRule | undefined;
  /** `undefined`: a slow target is waited for. */
  readonly hedge: HedgeRule | undefined;
  /** May answer without a model, in this order; bound to this call. */
  readonly rules: readonly (() => unknown)[];
  readonly cache: CacheRule | undefined;
  /** All of them must hold; empty: the task may use what it likes. */
  readonly budget: readonly BudgetLimit[];
  /** What the answer is kept under when that is not `request`: a re-ask answers what was asked first. */
  readonly cacheRequest: ModelRequest | undefined;
  /** Called before each request to a provider; throws BudgetExceeded where there is no room for one more. */
  readonly allowAttempt: (() => void) | undefined;
  readonly tags: Tags;
  /** The arm of a canary that the call belongs to; `undefined` where the task has none. */
  readonly arm: string | undefined;
  /** Why attempts are made for it, for their records. */
  readonly attemptKind: AttemptKind;
  /** How often a stream that broke off after its commit is gone on with; 0: never. */
  readonly maxResumes: number;
  /** The text of a stream that broke off: the answer is to go on from there. `undefined`: it is a new one. */
  readonly resumeFrom: string | undefined;
  /** The caller's signal; inside the deadline policy, one that also aborts at the deadline. */
  readonly signal: AbortSignal;
  /** When the call must be done. Shared requests move it while they run. */
  readonly deadline: Deadline;
  readonly accept: Accept | undefined;
  /** Under which ids the event is kept, when the ending decides it; default: its own, and its family's. */
  readonly recordAs: ((ending: Ending) => EventIds) | undefined;
  readonly trace: Trace;
}

export interface Deadline {
  /** Milliseconds of `performance.now()`; Infinity before the deadline policy has set it. */
  at: number;
}

export interface EventIds {
  readonly id: string;
  readonly parentId: string | undefined;
}

/** How often and how patiently one target is asked again. */
export interface RetryRule {
  /** Requests to one target at the most, the first one included. */
  readonly attempts: number;
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
  /** `undefined`: as many as `attempts` allow. */
  readonly budget: RetryBudgetRule | undefined;
}

/** How many retries all calls together may send to one target. */
export interface RetryBudgetRule {
  /** Retries for each recent first attempt, e.g. 0.2. */
  readonly share: number;
  /** Retries that are always left, for quiet services. */
  readonly floorPerSecond: number;
  readonly windowMs: number;
}

/** When a target is taken out, and for how long. Times in milliseconds. */
export interface BreakerRule {
  /** Opens when at least this share of the requests in the window failed; above 0, at most 1. */
  readonly failureRate: number;
  /** Never opens on fewer requests than these. */
  readonly minimumCalls: number;
  readonly windowMs: number;
  /** The first cooldown; it doubles with each reopening. */
  readonly cooldownMs: number;
  readonly maxCooldownMs: number;
}

/** When a second request is sent because the first one is slow. */
export interface HedgeRule {
  /** Milliseconds without a first token, or the target's own 95th percentile of that time. */
  readonly after: number | "p95";
  /** The share of a task's recent calls that may be hedged; above 0, at most 1. */
  readonly share: number;
  /** Times that must be known before their percentile counts. */
  readonly minimumCalls: number;
  /** How far back calls and times count. */
  readonly windowMs: number;
}
