import { AsyncLocalStorage } from "node:async_hooks";
import type { LanguageModelV4 } from "@ai-sdk/provider";
import type { CacheRule } from "./cache-rule.ts";
import type { CallEvent } from "./event.ts";
import type { Tags } from "./labels.ts";
import type { ModelRequest } from "./request.ts";
import type { WrittenPrompt } from "./static-prompt.ts";
import type { Target } from "./target.ts";

/** What surrounds calls that feature code makes while somebody watches: the trial of an eval. */
export interface CallScope {
  /** Added to the tags of every call, over its own. */
  readonly tags: Tags;
  /** What the arm of a canary is drawn by, where no tag decides: the same each time, where ids of calls are not. */
  readonly draw?: string | undefined;
  /** Where answers of these calls are kept, in place of what the task says. */
  readonly cache?: ((about: ScopedCall) => CacheRule | undefined) | undefined;
  /** Hears of every call, with all it holds, before anything is redacted. */
  readonly hear: (event: CallEvent, trace: CallTrace) => void;
  /**
   * Answers in the place of every model. Nothing is sent, waited for, paid, cached or recorded then; only `hear` is told.
   */
  readonly standIn?: ((target: Target, task: string) => LanguageModelV4) | undefined;
}

/** How others know a call. */
export interface CallTrace {
  /** The span that OpenTelemetry has of it; `null` where nobody records one. */
  readonly span: SpanRef | null;
  /** What the provider calls its answer; `null` for a pattern of several calls. */
  readonly responseId: string | null;
  /** What was asked; `null` where the event is none of a single call of a model. */
  readonly prompt: WrittenPrompt | null;
  /** When it began, by the clock of `performance.now()`; `null` where `prompt` is. */
  readonly startedAt: number | null;
  /** Whether its task keeps content in full, so that what was answered may stand in a file. */
  readonly mayBeKept: boolean;
  /** What a cached answer used when it was made; `null`: it is not known, or was made for this call. */
  readonly savedTokens: number | null;
}

/** As the header `traceparent` has it. */
export interface SpanRef {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceFlags: number;
}

/** A call as its scope sees it before it is made. */
export interface ScopedCall {
  readonly task: string;
  readonly request: ModelRequest;
  /** What the task and the call say about the cache; `undefined`: nothing is kept. */
  readonly rule: CacheRule | undefined;
  /** Which stores may hold what the task's answers say. */
  readonly reach: CacheRule["reach"];
}

/**
 * Kept under a name that all copies of this package share: the command line may be another copy than the one that
 * feature code imports.
 */
const key = Symbol.for("llm-seam.call-scope.1");

function storage(): AsyncLocalStorage<CallScope> {
  const shared = globalThis as { [key]?: AsyncLocalStorage<CallScope> };
  shared[key] ??= new AsyncLocalStorage<CallScope>();
  return shared[key];
}

const scopes = storage();

/** Calls that are made within `work`, however deep, are made in this scope. */
export function withinScope<T>(scope: CallScope, work: () => T): T {
  return scopes.run(scope, work);
}

/** The scope that a call made here is in. */
export function currentScope(): CallScope | undefined {
  return scopes.getStore();
}
