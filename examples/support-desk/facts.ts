import { rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import type { Attempt } from "llm-seam";

/** What the events tell about one pass over the tickets. */
export interface PassFacts {
  readonly calls: number;
  readonly attempts: number;
  readonly retries: number;
  readonly reAsks: number;
  readonly reroutes: number;
  readonly cacheHits: number;
  readonly failedCalls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costUsd: number;
  readonly savedUsd: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
}

/** The columns of an event that are counted here; docs/events.md explains them all. */
interface EventRow {
  readonly attempts: string;
  readonly reroutes: string;
  readonly children: number;
  readonly source: string;
  readonly error_code: string | null;
  readonly input_tokens: number | null;
  readonly output_tokens: number | null;
  readonly cost_usd: number | null;
  readonly saved_usd: number | null;
  readonly latency_ms: number;
}

/** Begins with an empty event file: removes what the last run has left. */
export function removeEvents(path: string): void {
  for (const file of [path, `${path}-wal`, `${path}-shm`]) rmSync(file, { force: true });
}

/** Counts a pass from its events. A call that asked several times is one row here: its parent. */
export function readFacts(path: string, pass: number): PassFacts {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const rows = database
      .prepare("select * from events where parent_id is null and tags ->> '$.pass' = ?")
      .all(pass) as unknown as EventRow[];
    const attempts = rows.flatMap((row) => JSON.parse(row.attempts) as Attempt[]);
    const latencies = rows.map((row) => row.latency_ms).sort((a, b) => a - b);
    return {
      calls: rows.length,
      attempts: attempts.length,
      retries: attempts.filter(({ waitMs }) => waitMs !== null).length,
      reAsks: sum(rows, ({ children }) => Math.max(0, children - 1)),
      reroutes: sum(rows, ({ reroutes }) => (JSON.parse(reroutes) as unknown[]).length),
      cacheHits: rows.filter(({ source }) => source === "cache").length,
      failedCalls: rows.filter(({ error_code }) => error_code !== null).length,
      inputTokens: sum(rows, (row) => row.input_tokens ?? 0),
      outputTokens: sum(rows, (row) => row.output_tokens ?? 0),
      costUsd: sum(rows, (row) => row.cost_usd ?? 0),
      savedUsd: sum(rows, (row) => row.saved_usd ?? 0),
      p50Ms: percentile(latencies, 0.5),
      p95Ms: percentile(latencies, 0.95),
    };
  } finally {
    database.close();
  }
}

function sum(rows: readonly EventRow[], amount: (row: EventRow) => number): number {
  return rows.reduce((total, row) => total + amount(row), 0);
}

/** Nearest rank, of sorted values. */
function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}
