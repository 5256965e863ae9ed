import { type Kysely, sql } from "kysely";
import { type EventFilter, matching } from "./event-reader-filter.ts";
import type { Database } from "./schema.ts";

/** A task whose calls come again right after they have failed: a loop outside of Seam retries them, too. */
export interface TaskRepeats {
  readonly task: string;
  readonly calls: number;
  /** How many of them repeat a call that Seam had retried already. */
  readonly repeats: number;
  /** What the repeats' tag `feature` says, where they have one. */
  readonly features: readonly string[];
}

/** The tasks with repeats among the calls that match, most repeats first. */
export async function repeatsOf(db: Kysely<Database>, filter: EventFilter): Promise<TaskRepeats[]> {
  const rows = await db
    .selectFrom("events")
    .where(matching(filter))
    .select((is) => [
      "task",
      is.fn.countAll<number>().as("calls"),
      is.fn.count<number>("repeat_of").as("repeats"),
      sql<string>`json_group_array(distinct tags ->> 'feature') filter (
        where repeat_of is not null and tags ->> 'feature' is not null
      )`.as("features"),
    ])
    .groupBy("task")
    .having((is) => is.fn.count("repeat_of"), ">", 0)
    .orderBy("repeats", "desc")
    .orderBy("task")
    .execute();
  return rows.map((row) => ({
    ...row,
    features: (JSON.parse(row.features) as unknown[]).map(String),
  }));
}
