import { type Kysely, sql } from "kysely";
import type { Database } from "./schema.ts";

/**
 * Adds rollups, the index that they and statistics are read from, and triggers that note which spans of time have
 * changed. All that is there already is due: it is rolled up by and by, not here, where an app waits for its store.
 * Another trigger takes the scores of a call along with it.
 */
export async function addRollups(db: Kysely<Database>): Promise<void> {
  await db.schema
    .createTable("rollups")
    .ifNotExists()
    .addColumn("span", "integer", (column) => column.notNull())
    .addColumn("start", "integer", (column) => column.notNull())
    .addColumn("task", "text", (column) => column.notNull())
    .addColumn("arm", "text")
    .addColumn("target", "text", (column) => column.notNull())
    .addColumn("answered_by", "text")
    .addColumn("model", "text")
    .addColumn("source", "text", (column) => column.notNull())
    .addColumn("error_code", "text")
    .addColumn("is_root", "integer", (column) => column.notNull())
    .addColumn("is_leaf", "integer", (column) => column.notNull())
    .addColumn("calls", "integer", (column) => column.notNull())
    .addColumn("retries", "integer", (column) => column.notNull())
    .addColumn("input_tokens", "integer")
    .addColumn("output_tokens", "integer")
    .addColumn("cost_usd", "real")
    .addColumn("unpriced_attempts", "integer", (column) => column.notNull())
    .addColumn("saved_usd", "real")
    .addColumn("unknown_savings", "integer", (column) => column.notNull())
    .addColumn("latencies", "text", (column) => column.notNull())
    .addColumn("first_tokens", "text", (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex("rollups_start")
    .ifNotExists()
    .on("rollups")
    .columns(["span", "start"])
    .execute();
  await db.schema.dropIndex("events_time").ifExists().execute();
  await db.schema
    .createIndex("events_figures")
    .ifNotExists()
    .on("events")
    .columns([
      "time",
      "tags",
      "user",
      "session",
      "task",
      "arm",
      "target",
      "answered_by",
      "model",
      "source",
      "error_code",
      "parent_id",
      "children",
      "attempt_count",
      "trace_id",
      "mode",
      "input_tokens",
      "output_tokens",
      "cost_usd",
      "unpriced_attempts",
      "saved_usd",
      "latency_ms",
      "first_token_ms",
    ])
    .execute();
  await db.schema
    .createTable("rollups_due")
    .ifNotExists()
    .addColumn("span", "integer", (column) => column.notNull())
    .addColumn("start", "integer", (column) => column.notNull())
    .addPrimaryKeyConstraint("rollups_due_span", ["span", "start"])
    .modifyEnd(sql`without rowid`)
    .execute();
  for (const span of [600_000, 86_400_000]) {
    await sql
      .raw(`insert or ignore into rollups_due
        select distinct ${span}, time - time % ${span} from events`)
      .execute(db);
    for (const [change, rows] of Object.entries({
      insert: ["new"],
      delete: ["old"],
      update: ["old", "new"],
    })) {
      await sql
        .raw(`create trigger if not exists events_${change}_${span} after ${change} on events
          begin ${rows.map((row) => markDue(span, row)).join(" ")} end`)
        .execute(db);
    }
  }
  await sql
    .raw(`create trigger if not exists events_delete_scores after delete on events
      begin delete from scores where call_id = old.id; end`)
    .execute(db);
}

/** The span of a row is due for rolling up, and so are those of its parents, whose retries are their children's. */
function markDue(span: number, row: string): string {
  return `
    insert or ignore into rollups_due values (${span}, ${row}.time - ${row}.time % ${span});
    insert or ignore into rollups_due select ${span}, time - time % ${span} from events
    where ${row}.parent_id is not null and trace_id = ${row}.trace_id and children > 0;`;
}
