import type { Kysely } from "kysely";
import type { Database } from "./schema.ts";

/** Conversations, their turns, and who is at work on one. */
export async function addConversations(db: Kysely<Database>): Promise<void> {
  await db.schema
    .createTable("conversations")
    .ifNotExists()
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("created_at", "integer", (column) => column.notNull())
    .addColumn("updated_at", "integer", (column) => column.notNull())
    .addColumn("task", "text")
    .addColumn("turns", "integer", (column) => column.notNull())
    .addColumn("pins", "text", (column) => column.notNull())
    .addColumn("summary", "text")
    .addColumn("summary_up_to", "integer", (column) => column.notNull())
    .addColumn("summary_tokens", "integer", (column) => column.notNull())
    .addColumn("state", "text")
    .execute();
  await db.schema
    .createIndex("conversations_updated")
    .ifNotExists()
    .on("conversations")
    .column("updated_at")
    .execute();
  await db.schema
    .createTable("turns")
    .ifNotExists()
    .addColumn("conversation", "text", (column) =>
      column.notNull().references("conversations.id").onDelete("cascade"),
    )
    .addColumn("turn", "integer", (column) => column.notNull())
    .addColumn("time", "integer", (column) => column.notNull())
    .addColumn("call_id", "text")
    .addColumn("messages", "text", (column) => column.notNull())
    .addColumn("tokens", "integer", (column) => column.notNull())
    .addColumn("pinned", "integer", (column) => column.notNull())
    .addColumn("record", "text", (column) => column.notNull())
    .addPrimaryKeyConstraint("turns_key", ["conversation", "turn"])
    .execute();
  await db.schema
    .createTable("paused_turns")
    .ifNotExists()
    .addColumn("conversation", "text", (column) =>
      column.notNull().references("conversations.id").onDelete("cascade"),
    )
    .addColumn("run_id", "text", (column) => column.notNull())
    .addColumn("snapshot", "text", (column) => column.notNull())
    .addPrimaryKeyConstraint("paused_turns_key", ["conversation", "run_id"])
    .execute();
  await db.schema
    .createTable("conversation_holds")
    .ifNotExists()
    .addColumn("conversation", "text", (column) => column.primaryKey())
    .addColumn("holder", "text", (column) => column.notNull())
    .addColumn("until", "integer", (column) => column.notNull())
    .execute();
}
