import type { AlterTableBuilder, Kysely } from "kysely";
import { type Migration, Migrator } from "kysely/migration";
import type { Connection } from "./connection.ts";
import { addConversations } from "./conversations-migration.ts";
import { addEvalRuns } from "./eval-history-migration.ts";
import { addRollups } from "./rollups-migration.ts";
import { addRuns } from "./runs-migration.ts";
import type { Database } from "./schema.ts";
import { whenFree } from "./when-free.ts";

/** Append only: a migration that has been released is never changed. */
const migrations: Record<string, Migration> = {
  "001-events-and-cache": {
    async up(db: Kysely<Database>): Promise<void> {
      await db.schema
        .createTable("events")
        .ifNotExists()
        .addColumn("id", "text", (column) => column.primaryKey())
        .addColumn("parent_id", "text")
        .addColumn("trace_id", "text", (column) => column.notNull())
        .addColumn("time", "integer", (column) => column.notNull())
        .addColumn("task", "text", (column) => column.notNull())
        .addColumn("pattern", "text", (column) => column.notNull())
        .addColumn("mode", "text", (column) => column.notNull())
        .addColumn("user", "text")
        .addColumn("session", "text")
        .addColumn("tags", "text", (column) => column.notNull())
        .addColumn("target", "text", (column) => column.notNull())
        .addColumn("answered_by", "text")
        .addColumn("model", "text")
        .addColumn("prompt", "text", (column) => column.notNull())
        .addColumn("response", "text")
        .addColumn("input_tokens", "integer")
        .addColumn("output_tokens", "integer")
        .addColumn("cached_tokens", "integer")
        .addColumn("cache_write_tokens", "integer")
        .addColumn("reasoning_tokens", "integer")
        .addColumn("cost_usd", "real")
        .addColumn("unpriced_attempts", "integer", (column) => column.notNull())
        .addColumn("saved_usd", "real")
        .addColumn("latency_ms", "real", (column) => column.notNull())
        .addColumn("first_token_ms", "real")
        .addColumn("source", "text", (column) => column.notNull())
        .addColumn("attempts", "text", (column) => column.notNull())
        .addColumn("attempt_count", "integer", (column) => column.notNull())
        .addColumn("reroutes", "text", (column) => column.notNull())
        .addColumn("finish_reason", "text")
        .addColumn("error_code", "text")
        .addColumn("error_message", "text")
        .addColumn("fingerprint", "text", (column) => column.notNull())
        .addColumn("children", "integer", (column) => column.notNull())
        .addColumn("notes", "text", (column) => column.notNull())
        .execute();
      const indexes = {
        events_time: ["time"],
        events_task: ["task", "time"],
        events_trace: ["trace_id"],
      };
      for (const [name, columns] of Object.entries(indexes)) {
        await db.schema.createIndex(name).ifNotExists().on("events").columns(columns).execute();
      }
      await db.schema
        .createTable("cache")
        .ifNotExists()
        .addColumn("key", "text", (column) => column.primaryKey())
        .addColumn("text", "text", (column) => column.notNull())
        .addColumn("expires_at", "integer", (column) => column.notNull())
        .execute();
      await db.schema
        .createIndex("cache_expiry")
        .ifNotExists()
        .on("cache")
        .column("expires_at")
        .execute();
      await db.schema
        .createTable("meta")
        .ifNotExists()
        .addColumn("name", "text", (column) => column.primaryKey())
        .addColumn("value", "integer", (column) => column.notNull())
        .execute();
    },
  },
  "002-events-under-pressure": {
    async up(db: Kysely<Database>): Promise<void> {
      const alter = (): AlterTableBuilder => db.schema.alterTable("events");
      await alter().addColumn("arm", "text").execute();
      await alter()
        .addColumn("queued_ms", "real", (column) => column.notNull().defaultTo(0))
        .execute();
      await alter()
        .addColumn("resumes", "text", (column) => column.notNull().defaultTo("[]"))
        .execute();
      await alter().addColumn("repeat_of", "text").execute();
    },
  },
  "003-budgets": {
    async up(db: Kysely<Database>): Promise<void> {
      await db.schema
        .createTable("budgets")
        .ifNotExists()
        .addColumn("account", "text", (column) => column.notNull())
        .addColumn("starts_at", "integer", (column) => column.notNull())
        .addColumn("ends_at", "integer", (column) => column.notNull())
        .addColumn("writer", "text", (column) => column.notNull())
        .addColumn("cost_usd", "real", (column) => column.notNull())
        .addColumn("tokens", "integer", (column) => column.notNull())
        .addColumn("requests", "integer", (column) => column.notNull())
        .addPrimaryKeyConstraint("budgets_key", ["account", "starts_at", "writer"])
        .execute();
    },
  },
  "004-scores": {
    async up(db: Kysely<Database>): Promise<void> {
      await db.schema
        .createTable("scores")
        .ifNotExists()
        .addColumn("call_id", "text", (column) => column.notNull())
        .addColumn("name", "text", (column) => column.notNull())
        .addColumn("value", "real", (column) => column.notNull())
        .addColumn("time", "integer", (column) => column.notNull())
        .addPrimaryKeyConstraint("scores_key", ["call_id", "name"])
        .execute();
    },
  },
  "005-rollups": { up: addRollups },
  "006-content": {
    async up(db: Kysely<Database>): Promise<void> {
      await db.schema
        .alterTable("events")
        .addColumn("content", "text", (column) => column.notNull().defaultTo("full"))
        .execute();
    },
  },
  "007-tools": {
    async up(db: Kysely<Database>): Promise<void> {
      await db.schema.alterTable("events").addColumn("tool", "text").execute();
    },
  },
  "008-runs": { up: addRuns },
  "009-conversations": { up: addConversations },
  "010-prompt-fingerprints": {
    async up(db: Kysely<Database>): Promise<void> {
      await db.schema.alterTable("events").addColumn("prompt_fingerprint", "text").execute();
    },
  },
  "011-eval-runs": { up: addEvalRuns },
};

/**
 * Brings the file to the newest schema, in one transaction: of several processes, one migrates and the others wait. A
 * file that is up to date is only read.
 */
export async function migrate(connection: Connection, db: Kysely<Database>): Promise<void> {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve(migrations) },
  });
  const known = await whenFree(() => migrator.getMigrations());
  if (known.every(({ executedAt }) => executedAt !== undefined)) return;
  await whenFree(() => connection.exec("begin immediate"));
  try {
    const { error } = await migrator.migrateToLatest();
    if (error !== undefined) throw new Error("the store could not be migrated", { cause: error });
    connection.exec("commit");
  } catch (error) {
    connection.rollback();
    throw error;
  }
}
