import type { CallEvent } from "../../call/event.ts";
import { totalTokens } from "../../call/usage.ts";
import type { HeardCall } from "./listen.ts";
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
export function usedBy(heard: readonly HeardCall[]): Used {
  const asked = heard.filter(({ event }) => isOfModel(event));
  const earlier = fromEarlierRuns(asked);
  return {
    spentUsd: sum(asked, ({ event }) => spentOn(event)),
    costUsd: sum(asked, (call) => (earlier.has(call) ? call.event.savedUsd : spentOn(call.event))),
    tokens: sum(asked, (call) =>
      earlier.has(call) ? call.savedTokens : totalTokens(call.event.usage),
    ),
    cached: earlier.size > 0,
    calls: asked.flatMap(callOf),
  };
}

/** An answer that is kept within the run, and asked for again, is free in production, too. */
function fromEarlierRuns(calls: readonly HeardCall[]): ReadonlySet<HeardCall> {
  const here = new Set<string>();
  const earlier = new Set<HeardCall>();
  for (const call of calls) {
    const { source, fingerprint } = call.event;
    if (source === "cache" && !here.has(fingerprint)) earlier.add(call);
    here.add(fingerprint);
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

function sum(
  calls: readonly HeardCall[],
  amount: (call: HeardCall) => number | null,
): number | null {
  return calls.map(amount).reduce(plus, 0);
}

/** `null` where a part is not known. */
export function plus(sum: number | null, amount: number | null): number | null {
  return sum === null || amount === null ? null : sum + amount;
}

function callOf({ event }: HeardCall): TrialCall[] {
  const { id, task, target, answeredBy, model, promptFingerprint: prompt } = event;
  return prompt === null ? [] : [{ id, task, target: answeredBy ?? target, model, prompt }];
}
