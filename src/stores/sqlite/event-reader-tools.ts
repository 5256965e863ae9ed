import { type Kysely, sql } from "kysely";
import type { Ranks } from "../../util/distribution.ts";
import type { Connection } from "./connection.ts";
import type { EventFilter } from "./event-reader-filter.ts";
import { figuresOf } from "./event-reader-stats.ts";
import type { Database } from "./schema.ts";
import { statementOf } from "./statements.ts";

/** What became of agents' calls of one tool. */
export interface ToolStats {
  readonly tool: string;
  readonly calls: number;
  /** It ran, and gave its result. */
  readonly done: number;
  /** It threw or took too long, its arguments were malformed, or there is no such tool. */
  readonly errors: number;
  /** It was not run: the grant, a limit or a person said no. */
  readonly denied: number;
  /** It was not run then: it waited for approval, or the result of the same call was given again. */
  readonly held: number;
  /** How long those took that were run, in milliseconds; within 1 % of it where they were rolled up already. */
  readonly latencyMs: { readonly p50: number | null; readonly p95: number | null };
}

/** The tools of the agents whose calls match, the most called first. */
export function toolStatsOf(
  connection: Connection,
  db: Kysely<Database>,
  filter: EventFilter,
): ToolStats[] {
  return connection.snapshot(() => {
    const ofTools = { ...filter, scope: "all", source: "tool" } as const;
    const query = sql`
      select target as tool, sum(calls) as calls,
        coalesce(sum(calls) filter (where answered_by is not null), 0) as done,
        coalesce(sum(calls) filter (where error_code <> 'ToolDenied'), 0) as errors,
        coalesce(sum(calls) filter (where error_code = 'ToolDenied'), 0) as denied,
        coalesce(sum(calls) filter (where error_code is null and answered_by is null), 0) as held,
        ranks_of(latencies) filter (
          where answered_by is not null or error_code in ('ToolFailed', 'ToolTimedOut')
        ) as latencies
      from (${figuresOf(connection, ofTools, Date.now())})
      group by target
      order by calls desc, target`;
    return connection.all(statementOf(query.compile(db))).map((row) => {
      const { latencies, ...counts } = row;
      const { p50, p95 }: Ranks = JSON.parse(String(latencies));
      return { ...(counts as unknown as Omit<ToolStats, "latencyMs">), latencyMs: { p50, p95 } };
    });
  });
}
