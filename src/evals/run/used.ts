import type { CallEvent } from "../../call/event.ts";
import type { TrialCall } from "./records.ts";

/** What calls used, of a trial or of a judge. */
export interface Used {
  /** US dollars now; `null` where not all of it is known. */
  readonly spentUsd: number | null;
  /** US dollars as if no earlier run had kept an answer. */
  readonly costUsd: number | null;
  /** Likewise. */
  readonly tokens: number | null;
  /** Whether an answer of an earlier run took part. */
  readonly cached: boolean;
  readonly calls: readonly TrialCall[];
}

/** What calls that were made together have used. What calls made for another one used is summed up in it: only they count. */
export function usedBy(events: readonly CallEvent[]): Used {
  const asked = events.filter(isOfModel);
  const earlier = fromEarlierRuns(asked);
  return {
    spentUsd: sum(asked, spentOn),
    costUsd: sum(asked, (event) => (earlier.has(event) ? event.savedUsd : spentOn(event))),
    tokens: sum(asked, (event) => (earlier.has(event) ? null : tokensOf(event))),
    cached: earlier.size > 0,
    calls: asked.map(callOf),
  };
}

/** An answer that is kept within the run, and asked for again, is free in production, too. */
function fromEarlierRuns(events: readonly CallEvent[]): ReadonlySet<CallEvent> {
  const here = new Set<string>();
  const earlier = new Set<CallEvent>();
  for (const event of events) {
    if (event.source === "cache" && !here.has(event.fingerprint)) earlier.add(event);
    here.add(event.fingerprint);
  }
  return earlier;
}

/** A rule asks no model, a tool is none, and a call that made others was not sent itself. */
export function isOfModel({ children, source, attempts }: CallEvent): boolean {
  if (children > 0 || source === "rule" || source === "tool") return false;
  return source !== "model" || attempts.length > 0;
}

/** What is known, as a lower bound, stands in the event; here only what is known whole counts. */
function spentOn({ costUsd, unpricedAttempts }: CallEvent): number | null {
  return unpricedAttempts > 0 ? null : costUsd;
}

function tokensOf({ usage: { inputTokens, outputTokens } }: CallEvent): number | null {
  return inputTokens === null || outputTokens === null ? null : inputTokens + outputTokens;
}

function sum(
  events: readonly CallEvent[],
  amount: (event: CallEvent) => number | null,
): number | null {
  return events.map(amount).reduce(plus, 0);
}

/** `null` where a part is not known. */
export function plus(sum: number | null, amount: number | null): number | null {
  return sum === null || amount === null ? null : sum + amount;
}

function callOf(event: CallEvent): TrialCall {
  const { id, task, target, answeredBy, model, promptFingerprint } = event;
  return { id, task, target: answeredBy ?? target, model, prompt: promptFingerprint ?? "" };
}
