import { type Kysely, sql } from "kysely";
import type { Score } from "../../call/score.ts";
import { type EventFilter, matching } from "./event-reader-filter.ts";
import type { Database } from "./schema.ts";

export type ScoreKey = "task" | "model" | "arm";

/** The scores of one name in a group of calls. A key that is not grouped by is `null`. */
export interface ScoreStats {
  readonly task: string | null;
  /** The target that answered. */
  readonly model: string | null;
  readonly arm: string | null;
  readonly name: string;
  readonly mean: number;
  /** How many calls have a score of this name. */
  readonly count: number;
}

/** The scores of a call, by name. */
export async function scoresOfCall(db: Kysely<Database>, callId: string): Promise<Score[]> {
  const rows = await db
    .selectFrom("scores")
    .selectAll()
    .where("call_id", "=", callId)
    .orderBy("name")
    .execute();
  return rows.map(({ call_id, name, value, time }) => ({ callId: call_id, name, value, time }));
}

/** The mean of each score in each group of the calls that match. A call counts under the id that was scored. */
export function scoresOf(
  db: Kysely<Database>,
  filter: EventFilter,
  by: readonly ScoreKey[],
): Promise<ScoreStats[]> {
  const columns = { task: "task", model: "coalesce(answered_by, target)", arm: "arm" } as const;
  const key = (name: ScoreKey) =>
    sql<string | null>`${sql.raw(by.includes(name) ? columns[name] : "null")}`.as(name);
  const scored = db
    .selectFrom("events")
    .where(matching({ ...filter, scope: "all" }))
    .select(["id", key("task"), key("model"), key("arm")]);
  return db
    .selectFrom(scored.as("call"))
    .innerJoin("scores", "scores.call_id", "call.id")
    .select((is) => [
      "call.task",
      "call.model",
      "call.arm",
      "scores.name",
      is.fn.avg<number>("scores.value").as("mean"),
      is.fn.countAll<number>().as("count"),
    ])
    .groupBy(["call.task", "call.model", "call.arm", "scores.name"])
    .orderBy("call.task")
    .orderBy("call.model")
    .orderBy("call.arm")
    .orderBy("scores.name")
    .execute();
}
