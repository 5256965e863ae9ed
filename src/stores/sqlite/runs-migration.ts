import type { Kysely } from "kysely";
import type { Database } from "./schema.ts";

/** Runs that wait for approval, and what they wait for. */
export async function addRuns(db: Kysely<Database>): Promise<void> {
  await db.schema
    .createTable("runs")
    .ifNotExists()
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("task", "text", (column) => column.notNull())
    .addColumn("created_at", "integer", (column) => column.notNull())
    .addColumn("segments", "text", (column) => column.notNull())
    .addColumn("snapshot", "text")
    .addColumn("kept_until", "integer", (column) => column.notNull())
    .addColumn("holder", "text")
    .addColumn("held_until", "integer")
    .addColumn("ended_at", "integer")
    .execute();
  await db.schema
    .createTable("approvals")
    .ifNotExists()
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("run_id", "text", (column) =>
      column.notNull().references("runs.id").onDelete("cascade"),
    )
    .addColumn("part", "integer", (column) => column.notNull())
    .addColumn("task", "text", (column) => column.notNull())
    .addColumn("tool", "text", (column) => column.notNull())
    .addColumn("effect", "text", (column) => column.notNull())
    .addColumn("tool_call_id", "text", (column) => column.notNull())
    .addColumn("input", "text")
    .addColumn("input_hash", "text", (column) => column.notNull())
    .addColumn("reason", "text", (column) => column.notNull())
    .addColumn("created_at", "integer", (column) => column.notNull())
    .addColumn("expires_at", "integer", (column) => column.notNull())
    .addColumn("approved", "integer")
    .addColumn("decided_by", "text")
    .addColumn("note", "text")
    .addColumn("decided_at", "integer")
    .execute();
  const indexes: [name: string, table: "runs" | "approvals", columns: string[]][] = [
    ["runs_forgettable", "runs", ["ended_at", "kept_until"]],
    ["approvals_run", "approvals", ["run_id"]],
    ["approvals_waiting", "approvals", ["approved", "expires_at"]],
  ];
  for (const [name, table, columns] of indexes) {
    await db.schema.createIndex(name).ifNotExists().on(table).columns(columns).execute();
  }
}
