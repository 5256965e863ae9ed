import { type Kysely, type RawBuilder, sql } from "kysely";
import type { Ranks } from "../../util/distribution.ts";
import type { Connection } from "./connection.ts";
import {
  type EventFilter,
  fitsRollups,
  matching,
  matchingRollups,
  rangeOf,
} from "./event-reader-filter.ts";
import { eventsByTime, figuresOfEvents, figuresOfRollups, sums } from "./figures.ts";
import { allTime, planOf } from "./rollup-plan.ts";
import type { Database } from "./schema.ts";
import { statementOf } from "./statements.ts";

export type StatsKey = "task" | "model" | "arm";

/**
 * What happened in a group of calls.
 *
 * Grouped by task or arm, or not at all, a call is what feature code called: the rows without a parent, which hold the
 * sums of the calls that were made for them. Grouped by model, a call is one that was sent into the pipeline: the rows
 * without children, under the target that answered, or the first one where none did. So an extract that asked twice is
 * one call of its task and two of its model, and nothing is ever counted twice.
 */
export interface CallStats {
  /** `null` when not grouped by task. */
  readonly task: string | null;
  /** `null` when not grouped by model. */
  readonly model: string | null;
  /** The arm of a canary; `null` when not grouped by arm, and for calls of tasks without one. */
  readonly arm: string | null;
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
  /** Cached and coalesced answers that cost nobody knows how much; `savedUsd` does not hold them. */
  readonly unknownSavings: number;
  /**
   * How long calls took, in milliseconds; all calls, cached and failed ones included. The nearest rank, or within 1 % of
   * it where the calls were rolled up already.
   */
  readonly latencyMs: { readonly p50: number; readonly p95: number; readonly p99: number };
  /** Time to first token of streamed calls that a model answered, in milliseconds; `null` when there were none. */
  readonly firstTokenMs: { readonly p50: number | null; readonly p95: number | null };
}

/** What groups are made by, in columns that events and rollups both have. */
const groupColumns: Readonly<Record<StatsKey, RawBuilder<string | null>>> = {
  task: sql`task`,
  model: sql`coalesce(answered_by, target)`,
  arm: sql`arm`,
};

/** The statistics of the calls that match, most calls first. */
export function statsOf(
  connection: Connection,
  db: Kysely<Database>,
  filter: EventFilter,
  by: readonly StatsKey[],
): CallStats[] {
  const scope = by.includes("model") ? "leaves" : "roots";
  const key = (name: StatsKey): RawBuilder<unknown> =>
    by.includes(name) ? groupColumns[name] : sql`null`;
  return connection.snapshot(() => {
    const figures = figuresOf(connection, { ...filter, scope }, Date.now());
    const query = sql<StatsRow>`
      select ${key("task")} as task_key, ${key("model")} as model_key, ${key("arm")} as arm_key,
        ${sums},
        sum(calls) filter (where error_code is not null) as errors,
        sum(calls) filter (where source = 'cache') as cache_hits,
        sum(calls) filter (where source = 'coalesced') as coalesced,
        sum(calls) filter (where source = 'rule') as ruled,
        ranks_of(latencies) as latencies,
        ranks_of(first_tokens) as first_tokens
      from (${figures})
      group by task_key, model_key, arm_key
      order by calls desc, task_key, model_key, arm_key`;
    return connection
      .all(statementOf(query.compile(db)))
      .map((row) => toStats(row as unknown as StatsRow));
  });
}

interface StatsRow {
  readonly task_key: string | null;
  readonly model_key: string | null;
  readonly arm_key: string | null;
  readonly calls: number;
  readonly errors: number | null;
  readonly cache_hits: number | null;
  readonly coalesced: number | null;
  readonly ruled: number | null;
  readonly retries: number;
  readonly input_tokens: number | null;
  readonly output_tokens: number | null;
  readonly cost_usd: number | null;
  readonly unpriced_attempts: number;
  readonly saved_usd: number | null;
  readonly unknown_savings: number;
  /** JSON ranks. */
  readonly latencies: string;
  readonly first_tokens: string;
}

function toStats(row: StatsRow): CallStats {
  const { p50, p95 }: Ranks = JSON.parse(row.first_tokens);
  return {
    task: row.task_key,
    model: row.model_key,
    arm: row.arm_key,
    calls: row.calls,
    errors: row.errors ?? 0,
    cacheHits: row.cache_hits ?? 0,
    coalesced: row.coalesced ?? 0,
    ruled: row.ruled ?? 0,
    retries: row.retries,
    inputTokens: row.input_tokens,
    outputTokens: row.output_tokens,
    costUsd: row.cost_usd,
    unpricedAttempts: row.unpriced_attempts,
    savedUsd: row.saved_usd,
    unknownSavings: row.unknown_savings,
    latencyMs: JSON.parse(row.latencies),
    firstTokenMs: { p50, p95 },
  };
}

/** The matching calls, one by one or rolled up: rollups as far as they reach, events for what is left. */
export function figuresOf(
  connection: Connection,
  filter: EventFilter,
  now: number,
): RawBuilder<unknown> {
  const events = sql`select ${figuresOfEvents} from ${eventsByTime} where ${matching(filter, now)}`;
  if (!fitsRollups(filter)) return events;
  const plan = planOf(rangeOf(filter, allTime, now), (span) => dueStarts(connection, span));
  if (plan.rollups.length === 0) return events;
  return sql`
    select ${figuresOfRollups} from json_each(${JSON.stringify(plan.rollups)}) as part
    cross join rollups on span = part.value ->> 0
      and start >= part.value ->> 1 and start < part.value ->> 2
    where ${matchingRollups(filter)}
    union all
    select ${figuresOfEvents} from json_each(${JSON.stringify(plan.events)}) as part
    cross join ${eventsByTime} on time >= part.value ->> 0 and time < part.value ->> 1
    where ${matching({ ...filter, since: undefined, until: undefined })}`;
}

function dueStarts(connection: Connection, span: number): number[] {
  const query = "select start from rollups_due where span = ? order by start";
  return connection.all({ sql: query, values: [span] }).map(({ start }) => Number(start));
}
