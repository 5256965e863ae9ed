import { rmSync } from "node:fs";
import { type CallEvent, openEvents } from "llm-seam/events";

/** What the events tell about one pass over the tickets. */
export interface PassFacts {
  readonly calls: number;
  readonly attempts: number;
  /** Attempts made after a wait, on the same target. */
  readonly retries: number;
  /** Questions asked again because an answer did not fit the schema. */
  readonly reAsks: number;
  readonly reroutes: number;
  /** Of them, past a target that the breaker had taken out. */
  readonly skipped: number;
  /** Streams that broke off after text had been seen, and were gone on with. */
  readonly resumed: number;
  readonly cacheHits: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Of the attempts whose cost is known; `null` when none is. */
  readonly costUsd: number | null;
  /** Attempts that a provider may have billed, nobody knows how much. */
  readonly unpricedAttempts: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
}

/** More than the calls of one pass. */
const mostCalls = 10_000;

/** Begins with an empty event file: removes what the last run has left. */
export function removeEvents(path: string): void {
  for (const file of [path, `${path}-wal`, `${path}-shm`]) rmSync(file, { force: true });
}

/** Counts a pass from its events. */
export async function readFacts(path: string, pass: number): Promise<PassFacts> {
  const events = openEvents(path);
  const tags = { pass };
  const calls = await events.list({ tags, limit: mostCalls });
  const [stats] = await events.stats({ tags, by: [] });
  events.close();
  const sum = (amount: (call: CallEvent) => number): number =>
    calls.reduce((total, call) => total + amount(call), 0);
  return {
    calls: calls.length,
    attempts: sum(({ attempts }) => attempts.length),
    retries: sum(({ attempts }) => attempts.filter(({ waitMs }) => waitMs !== null).length),
    reAsks: sum(({ children }) => Math.max(0, children - 1)),
    reroutes: sum(({ reroutes }) => reroutes.length),
    skipped: sum(({ reroutes }) => reroutes.filter(isPastBreaker).length),
    resumed: sum(({ resumes }) => resumes.length),
    cacheHits: stats?.cacheHits ?? 0,
    inputTokens: stats?.inputTokens ?? 0,
    outputTokens: stats?.outputTokens ?? 0,
    costUsd: stats?.costUsd ?? null,
    unpricedAttempts: stats?.unpricedAttempts ?? 0,
    p50Ms: stats?.latencyMs.p50 ?? 0,
    p95Ms: stats?.latencyMs.p95 ?? 0,
  };
}

function isPastBreaker({ reason }: CallEvent["reroutes"][number]): boolean {
  return reason.includes("is not asked for");
}
