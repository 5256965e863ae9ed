import type { SQLInputValue } from "node:sqlite";
import { type RawBuilder, sql } from "kysely";
import { Distribution } from "../../util/distribution.ts";
import type { Connection } from "./connection.ts";

/** What calls are grouped and filtered by. */
export const dimensions: RawBuilder<unknown> = sql.raw(
  "task, arm, target, answered_by, model, source, error_code, is_root, is_leaf",
);

/** What is added up. */
const summands = [
  "calls",
  "retries",
  "input_tokens",
  "output_tokens",
  "cost_usd",
  "unpriced_attempts",
  "saved_usd",
  "unknown_savings",
] as const;

/** Events as if each were the rollup of one call; their times are numbers where a rollup has sketches. */
export const figuresOfEvents: RawBuilder<unknown> = sql.raw(`
  task, arm, target, answered_by, model, source, error_code,
  parent_id is null as is_root,
  children = 0 and source <> 'tool' as is_leaf,
  1 as calls,
  case
    when children > 0 then coalesce((
      select sum(max(child.attempt_count - 1, 0)) from events as child
      where child.trace_id = events.trace_id and child.children = 0 and child.source = 'model'
    ), 0)
    when source = 'model' then max(attempt_count - 1, 0)
    else 0
  end as retries,
  input_tokens, output_tokens, cost_usd, unpriced_attempts, saved_usd,
  source in ('cache', 'coalesced') and error_code is null and saved_usd is null as unknown_savings,
  latency_ms as latencies,
  case when mode = 'stream' and source = 'model' then first_token_ms end as first_tokens`);

/** Where they are read: an index that holds all of them, so that no prompt is read from the disk. */
export const eventsByTime: RawBuilder<unknown> = sql.raw("events indexed by events_figures");

/** The same columns of rollups. */
export const figuresOfRollups: RawBuilder<unknown> = sql`
  ${dimensions}, ${sql.raw(summands.join(", "))}, latencies, first_tokens`;

/** The sums over many figures. */
export const sums: RawBuilder<unknown> = sql.raw(
  summands.map((name) => `sum(${name}) as ${name}`).join(", "),
);

/**
 * Defines two functions for SQL, which take times and sketches of times: `sketch_of` makes one sketch of them all,
 * `ranks_of` their ranks, as JSON.
 */
export function addTimeFunctions(connection: Connection): void {
  addTimeFunction(connection, "sketch_of", (all) => all.toSketch());
  addTimeFunction(connection, "ranks_of", (all) => JSON.stringify(all.ranks()));
}

function addTimeFunction(
  connection: Connection,
  name: string,
  result: (all: Distribution) => string,
): void {
  // Node takes any value as an aggregate's state; its types know only those that SQL takes.
  type State = Distribution & SQLInputValue;
  connection.aggregate<State>(name, {
    start: () => new Distribution() as State,
    step: (all, times) => {
      if (typeof times === "number") all.add(times);
      else if (typeof times === "string") all.addSketch(times);
      return all;
    },
    result,
  });
}
