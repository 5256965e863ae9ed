import type { CacheRule } from "../../call/cache-rule.ts";
import { canonical, fingerprintOf } from "../../call/canonical.ts";
import type { CallEvent } from "../../call/event.ts";
import type { Tags } from "../../call/labels.ts";
import { type CallScope, type CallTrace, type ScopedCall, withinScope } from "../../call/scope.ts";
import { evalDefaults } from "../defaults.ts";

/** `use`: answers of an earlier run of the same trial are used. `refresh`: they are replaced. `off`: nothing is kept. */
export type TrialCache = "use" | "refresh" | "off";

/** Whose calls they are. */
export interface CallsOf {
  readonly suite: string;
  readonly run: string;
  readonly case: string;
  readonly trial: number;
  /** The metric whose scorer makes them; `null`: the feature does. */
  readonly metric: string | null;
}

/** Is told of a call that has ended. `nth` counts the identical calls that ended before it within the trial. */
export type OnCall = (
  event: CallEvent,
  about: CallsOf & { readonly nth: number },
  trace: CallTrace,
) => void;

/** What answers the calls of a trial in the place of models. */
export type StandIns = (of: CallsOf) => NonNullable<CallScope["standIn"]>;

export interface ListenOptions {
  readonly cache: TrialCache;
  readonly standIn?: StandIns | undefined;
  readonly onCall?: OnCall | undefined;
}

/** A call that has ended. */
export interface HeardCall {
  readonly event: CallEvent;
  readonly savedTokens: number | null;
}

/** Does work, and adds all calls that are made within it to `heard`, in the order in which they end. */
export function listen<T>(
  about: CallsOf,
  heard: HeardCall[],
  { cache, standIn, onCall }: ListenOptions,
  work: () => T,
): T {
  const ended = new Counter();
  const hear = (event: CallEvent, trace: CallTrace): void => {
    heard.push({ event, savedTokens: trace.savedTokens });
    onCall?.(event, { ...about, nth: ended.next([event.task, event.prompt]) }, trace);
  };
  const scope = { tags: tagsOf(about), draw: about.case, cache: cacheOf(about, cache) };
  return withinScope({ ...scope, hear, standIn: standIn?.(about) }, work);
}

function tagsOf({ suite, run, case: id, trial, metric }: CallsOf): Tags {
  const judge = metric === null ? {} : { eval_judge: metric };
  return { eval: suite, eval_run: run, eval_case: id, eval_trial: trial, ...judge };
}

/**
 * Answers are kept by trial, so that trials never share one, and running a trial again costs nothing. What is identical
 * within a trial is told apart by its place, unless the task has a cache of its own, which would have answered there.
 */
function cacheOf(about: CallsOf, mode: TrialCache): (call: ScopedCall) => CacheRule | undefined {
  const { suite, case: id, trial, metric } = about;
  const made = new Counter();
  return ({ task, request, rule, reach }) => {
    if (mode === "off") return undefined;
    const { headers: _headers, ...asked } = request;
    const isShared = rule?.mode === "use";
    const nth = made.next([task, rule?.namespace, isShared, asked]);
    const isLaterOfShared = isShared && nth > 0;
    return {
      ttlMs: evalDefaults.cacheTtlMs,
      namespace: canonical(["eval", suite, id, trial, metric, rule?.namespace, isShared ? 0 : nth]),
      reach,
      mode: isLaterOfShared ? "use" : mode,
    };
  };
}

/** Counts what is identical. */
class Counter {
  readonly #seen = new Map<string, number>();

  /** How many such there were before. */
  next(value: unknown): number {
    const key = fingerprintOf(value);
    const before = this.#seen.get(key) ?? 0;
    this.#seen.set(key, before + 1);
    return before;
  }
}
