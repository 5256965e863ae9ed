import type { Kysely } from "kysely";
import type { Database } from "./schema.ts";

/** What runs of evals came to. */
export async function addEvalRuns(db: Kysely<Database>): Promise<void> {
  await db.schema
    .createTable("eval_runs")
    .ifNotExists()
    .addColumn("run", "text", (column) => column.primaryKey())
    .addColumn("suite", "text", (column) => column.notNull())
    .addColumn("started_at", "integer", (column) => column.notNull())
    .addColumn("ended_at", "integer", (column) => column.notNull())
    .addColumn("commit_hash", "text")
    .addColumn("branch", "text")
    .addColumn("dirty", "integer", (column) => column.notNull())
    .addColumn("cases", "integer", (column) => column.notNull())
    .addColumn("trials", "integer", (column) => column.notNull())
    .addColumn("passed", "integer", (column) => column.notNull())
    .addColumn("reason", "text", (column) => column.notNull())
    .addColumn("metrics", "text", (column) => column.notNull())
    .addColumn("cost_usd", "real")
    .addColumn("file", "text", (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex("eval_runs_suite")
    .ifNotExists()
    .on("eval_runs")
    .columns(["suite", "started_at"])
    .execute();
}
