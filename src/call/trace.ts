import type { Attempt } from "./attempt.ts";
import type { Target } from "./target.ts";

/** Where an answer came from. */
export type Source = "model" | "cache" | "coalesced" | "rule";

/** A move from one target to the next, and why. */
export interface Reroute {
  readonly from: string;
  readonly to: string;
  readonly reason: string;
}

/** What happened to a call so far; policies write to it, observe turns it into the event. */
export interface Trace {
  attempts: Attempt[];
  reroutes: Reroute[];
  source: Source;
  /** The name of the target whose answer was returned. */
  answeredBy: string | null;
  /** That target, when it was asked for this answer. */
  answerer: Target | null;
  fingerprint: string | null;
  /** Troubles that did not fail the call, e.g. a cache that could not be read. */
  notes: string[];
  /** US dollars that a cached or coalesced answer cost when it was made. */
  savedUsd: number | null;
  /** Milliseconds of `performance.now()` at the first content. */
  firstContentAt: number | null;
}

export function newTrace(): Trace {
  return {
    attempts: [],
    reroutes: [],
    source: "model",
    answeredBy: null,
    answerer: null,
    fingerprint: null,
    notes: [],
    savedUsd: null,
    firstContentAt: null,
  };
}
