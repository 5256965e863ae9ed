import { type Kysely, type RawBuilder, sql } from "kysely";
import { type EventFilter, matching } from "./event-reader-filter.ts";
import type { Database } from "./schema.ts";

export type StatsKey = "task" | "model";

/**
 * What happened in a group of calls.
 *
 * Grouped by task, or not at all, a call is what feature code called: the rows without a parent, which hold the sums of
 * the calls that were made for them. Grouped by model, a call is one that was sent into the pipeline: the rows without
 * children, under the target that answered, or the first one where none did. So an extract that asked twice is one call
 * of its task and two of its model, and nothing is ever counted twice.
 */
export interface CallStats {
  /** `null` when not grouped by task. */
  readonly task: string | null;
  /** `null` when not grouped by model. */
  readonly model: string | null;
  readonly calls: number;
  /** Calls that ended with an error, the caller's own aborts included. */
  readonly errors: number;
  /** Calls answered by the cache. */
  readonly cacheHits: number;
  /** Calls that shared the request of another one in flight. */
  readonly coalesced: number;
  /** Calls answered by a rule. */
  readonly ruled: number;
  /** Requests to providers beyond the first of each call that was sent: retries and fallbacks, but no re-asks. */
  readonly retries: number;
  /** Sum of the known counts; `null` when none is known. */
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  /** US dollars of every attempt whose cost is known; `null` when none is. */
  readonly costUsd: number | null;
  /** Attempts of unknown cost; `costUsd` does not hold them. */
  readonly unpricedAttempts: number;
  /** What cached and coalesced answers cost when they were made; `null` when unknown, or when there were none. */
  readonly savedUsd: number | null;
  /** How long calls took, in milliseconds; all calls, cached and failed ones included. Nearest rank. */
  readonly latencyMs: { readonly p50: number; readonly p95: number; readonly p99: number };
  /** Time to first token of streamed calls that a model answered, in milliseconds; `null` when there were none. */
  readonly firstTokenMs: { readonly p50: number | null; readonly p95: number | null };
}

/** The statistics of the calls that match, most calls first. */
export async function statsOf(
  db: Kysely<Database>,
  filter: EventFilter,
  by: readonly StatsKey[],
): Promise<CallStats[]> {
  const scope = by.includes("model") ? "leaves" : "roots";
  const rows = await db
    .selectFrom(rankedRows(db, { ...filter, scope }, by).as("ranked"))
    .select((is) => [
      "group_task",
      "group_model",
      is.fn.countAll<number>().as("calls"),
      is.fn.count<number>("error_code").as("errors"),
      sql<number>`sum(source = 'cache')`.as("cache_hits"),
      sql<number>`sum(source = 'coalesced')`.as("coalesced"),
      sql<number>`sum(source = 'rule')`.as("ruled"),
      is.fn.sum<number>("retries").as("retries"),
      is.fn.sum<number | null>("input_tokens").as("input_tokens"),
      is.fn.sum<number | null>("output_tokens").as("output_tokens"),
      is.fn.sum<number | null>("cost_usd").as("cost_usd"),
      is.fn.sum<number>("unpriced_attempts").as("unpriced_attempts"),
      is.fn.sum<number | null>("saved_usd").as("saved_usd"),
      percentile<number>("latency", 50).as("latency_p50"),
      percentile<number>("latency", 95).as("latency_p95"),
      percentile<number>("latency", 99).as("latency_p99"),
      percentile<number | null>("first_token", 50).as("first_token_p50"),
      percentile<number | null>("first_token", 95).as("first_token_p95"),
    ])
    .groupBy(["group_task", "group_model"])
    .orderBy("calls", "desc")
    .orderBy("group_task")
    .orderBy("group_model")
    .execute();
  return rows.map((row) => ({
    task: row.group_task,
    model: row.group_model,
    calls: row.calls,
    errors: row.errors,
    cacheHits: row.cache_hits,
    coalesced: row.coalesced,
    ruled: row.ruled,
    retries: row.retries,
    inputTokens: row.input_tokens,
    outputTokens: row.output_tokens,
    costUsd: row.cost_usd,
    unpricedAttempts: row.unpriced_attempts,
    savedUsd: row.saved_usd,
    latencyMs: { p50: row.latency_p50, p95: row.latency_p95, p99: row.latency_p99 },
    firstTokenMs: { p50: row.first_token_p50, p95: row.first_token_p95 },
  }));
}

/** The matching calls with their group, their retries, and their place among the latencies of their group. */
function rankedRows(db: Kysely<Database>, filter: EventFilter, by: readonly StatsKey[]) {
  const rows = db
    .selectFrom("events")
    .where(matching(filter))
    .select([
      (by.includes("task") ? sql<string | null>`task` : sql<null>`null`).as("group_task"),
      (by.includes("model")
        ? sql<string | null>`coalesce(answered_by, target)`
        : sql<null>`null`
      ).as("group_model"),
      retries.as("retries"),
      "source",
      "error_code",
      "input_tokens",
      "output_tokens",
      "cost_usd",
      "unpriced_attempts",
      "saved_usd",
      "latency_ms as latency",
      sql<number | null>`case when mode = 'stream' and source = 'model' then first_token_ms end`.as(
        "first_token",
      ),
    ]);
  return db
    .selectFrom(rows.as("calls"))
    .selectAll()
    .select([
      sql<number>`row_number() over (partition by group_task, group_model order by latency)`.as(
        "latency_rank",
      ),
      sql<number>`count(latency) over (partition by group_task, group_model)`.as("latency_count"),
      sql<number>`row_number() over (
        partition by group_task, group_model order by first_token is null, first_token
      )`.as("first_token_rank"),
      sql<number>`count(first_token) over (partition by group_task, group_model)`.as(
        "first_token_count",
      ),
    ]);
}

/** Of a parent: the sum over its children, each of which has a first request of its own. */
const retries: RawBuilder<number> = sql<number>`case
  when children > 0 then coalesce((
    select sum(max(child.attempt_count - 1, 0)) from events as child
    where child.trace_id = events.trace_id and child.children = 0 and child.source = 'model'
  ), 0)
  when source = 'model' then max(attempt_count - 1, 0)
  else 0
end`;

/** The value at the nearest rank, the smallest that at least `percent` of all values do not exceed. */
function percentile<T extends number | null>(
  name: "latency" | "first_token",
  percent: number,
): RawBuilder<T> {
  const [value, rank, count] = [name, `${name}_rank`, `${name}_count`].map((id) => sql.ref(id));
  return sql<T>`max(case when ${rank} = (${count} * ${sql.lit(percent)} + 99) / 100 then ${value} end)`;
}
