import { type Kysely, sql } from "kysely";
import { type EventFilter, matching } from "./event-reader-filter.ts";
import type { Database } from "./schema.ts";

/** How often a task's prompts were sent to a target, and what its provider counted of them. */
export interface PromptVolume {
  readonly task: string;
  /** The target that answered, or the first one where none did. */
  readonly target: string;
  /** Calls that a request was sent for; each ask of an extract is one. */
  readonly calls: number;
  /** When the first and the last of them began, in milliseconds since the epoch. */
  readonly firstAt: number;
  readonly lastAt: number;
  /** Sums of what is known; `null` when nothing is. */
  readonly inputTokens: number | null;
  readonly cachedTokens: number | null;
  readonly cacheWriteTokens: number | null;
  /** How many calls began more than five minutes after the one before. */
  readonly pausesOver5m: number;
}

const target = sql<string>`coalesce(answered_by, target)`;

/** The volumes of the calls that match, most calls first. */
export async function promptVolumesOf(
  db: Kysely<Database>,
  filter: EventFilter,
): Promise<PromptVolume[]> {
  const sent = db
    .selectFrom("events")
    .where(matching({ ...filter, scope: "leaves", source: "model" }))
    .where("attempt_count", ">", 0)
    .select(["task", "time", "input_tokens", "cached_tokens", "cache_write_tokens"])
    .select([
      target.as("target"),
      sql<number | null>`time - lag(time) over (partition by task, ${target} order by time)`.as(
        "pause",
      ),
    ]);
  return await db
    .selectFrom(sent.as("sent"))
    .select((is) => [
      "task",
      "target",
      is.fn.countAll<number>().as("calls"),
      is.fn.min<number>("time").as("firstAt"),
      is.fn.max<number>("time").as("lastAt"),
      is.fn.sum<number | null>("input_tokens").as("inputTokens"),
      is.fn.sum<number | null>("cached_tokens").as("cachedTokens"),
      is.fn.sum<number | null>("cache_write_tokens").as("cacheWriteTokens"),
      sql<number>`count(*) filter (where pause > 300000)`.as("pausesOver5m"),
    ])
    .groupBy(["task", "target"])
    .orderBy("calls", "desc")
    .orderBy("task")
    .orderBy("target")
    .execute();
}

/** Whether a model has called this tool in one of the calls that match. */
export async function callsToolIn(
  db: Kysely<Database>,
  filter: EventFilter,
  tool: string,
): Promise<boolean> {
  const written = `"toolName":${JSON.stringify(tool)}`;
  const found = await db
    .selectFrom("events")
    .where(matching({ ...filter, scope: "leaves" }))
    .where(sql<boolean>`instr(response, ${written}) > 0`)
    .select("id")
    .limit(1)
    .executeTakeFirst();
  return found !== undefined;
}
