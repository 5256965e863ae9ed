import type { Attempt, AttemptKind } from "./attempt.ts";
import type { Target } from "./target.ts";
import { addUsage, type Usage, unknownUsage, zeroUsage } from "./usage.ts";

/** Where an answer came from. */
export type Source = "model" | "cache" | "coalesced" | "rule";

/** A move from one target to the next, and why. */
export interface Reroute {
  readonly from: string;
  readonly to: string;
  readonly reason: string;
}

/** A stream that broke off after text had reached the caller, and was gone on with. */
export interface Resume {
  /** How many characters (UTF-16 units) of the text stand before the seam. */
  readonly at: number;
  readonly from: string;
  readonly to: string;
  /** `prefill`: the text so far was the beginning of the answer; `request`: the model was asked to go on. */
  readonly how: "prefill" | "request";
  /** Characters that were said again, and taken out. */
  readonly overlap: number;
  readonly reason: string;
}

/** What happened to a call so far; policies write to it, observe turns it into the event. */
export interface Trace {
  /** Filled by {@link openAttempt}. */
  attempts: Attempt[];
  reroutes: Reroute[];
  resumes: Resume[];
  source: Source;
  /** The name of the target whose answer was returned. */
  answeredBy: string | null;
  /** That target, when it was asked for this answer. */
  answerer: Target | null;
  /** The attempt that brought it. */
  answeredIn: Attempt | null;
  fingerprint: string | null;
  /** Troubles that did not fail the call, e.g. a cache that could not be read. */
  notes: string[];
  /** US dollars that a cached or coalesced answer cost when it was made. */
  savedUsd: number | null;
  /** Tokens that a cached answer used when it was made. */
  savedTokens: number | null;
  /** Milliseconds of `performance.now()` at the first content. */
  firstContentAt: number | null;
  /** Milliseconds that the call waited for its turn: in a budget's or a target's queue. */
  queuedMs: number;
  /** The call that had just failed with the same request. */
  repeatOf: string | null;
  /** The call that this one's attempts are made for, too. */
  readonly parent: Trace | undefined;
}

export function newTrace(parent?: Trace): Trace {
  return {
    attempts: [],
    reroutes: [],
    resumes: [],
    source: "model",
    answeredBy: null,
    answerer: null,
    answeredIn: null,
    fingerprint: null,
    notes: [],
    savedUsd: null,
    savedTokens: null,
    firstContentAt: null,
    queuedMs: 0,
    repeatOf: null,
    parent,
  };
}

/**
 * The trace of one of several ways that a call takes at once: its attempts and notes are the call's from the start, the
 * rest when the fork is adopted.
 */
export function forkTrace(trace: Trace): Trace {
  const { notes, firstContentAt, queuedMs } = trace;
  return { ...newTrace(trace), notes, firstContentAt, queuedMs };
}

/** The fork was the call's way: what it tells of the answer is the call's own. */
export function adoptFork(fork: Trace): void {
  const { answeredBy, answerer, answeredIn, firstContentAt, queuedMs } = fork;
  Object.assign(fork.parent ?? {}, { answeredBy, answerer, answeredIn, firstContentAt, queuedMs });
}

/** The trace of the whole call, of which this one may be a fork. */
export function wholeTrace(trace: Trace): Trace {
  return trace.parent === undefined ? trace : wholeTrace(trace.parent);
}

/** Begins the record of an attempt; it is seen in the trace and in those above it while it is filled in. */
export function openAttempt(trace: Trace, target: string, kind: AttemptKind): Attempt {
  const traces = [trace];
  for (let above = trace.parent; above !== undefined; above = above.parent) traces.push(above);
  const record: Attempt = {
    number: wholeTrace(trace).attempts.length + 1,
    target,
    kind,
    startedAt: Date.now(),
    durationMs: 0,
    firstTokenMs: null,
    outcome: "running",
    status: null,
    error: null,
    usage: null,
    costUsd: null,
    waitMs: null,
  };
  for (const { attempts } of traces) attempts.push(record);
  return record;
}

/** What all attempts together used, as far as it is known. */
export function usageOfAttempts({
  source,
  attempts,
}: {
  readonly source: Source | "tool";
  readonly attempts: readonly Attempt[];
}): Usage {
  if (source !== "model") return zeroUsage;
  return attempts.map(({ usage }) => usage ?? unknownUsage).reduce(addUsage, unknownUsage);
}
