import type { SQLInputValue } from "node:sqlite";
import { type CompiledQuery, type Kysely, sql } from "kysely";
import type { Database, EventRow } from "./schema.ts";

/** A statement with its values, ready to run. */
export interface Statement {
  readonly sql: string;
  readonly values: readonly SQLInputValue[];
}

/** The statements of the hot path: built by Kysely once, then run synchronously with new values. */
export interface Statements {
  insertEvent(row: EventRow): Statement;
  putAnswer(key: string, text: string, expiresAt: number): Statement;
  getAnswer(key: string, now: number): Statement;
  dropExpired(now: number): Statement;
  countDropped(events: number): Statement;
}

export function prepareStatements(db: Kysely<Database>): Statements {
  let insertEventSql: string | undefined;
  const putAnswer = db
    .insertInto("cache")
    .values({ key: "", text: "", expires_at: 0 })
    .onConflict((conflict) =>
      conflict.column("key").doUpdateSet((row) => ({
        text: row.ref("excluded.text"),
        expires_at: row.ref("excluded.expires_at"),
      })),
    )
    .compile().sql;
  const getAnswer = db
    .selectFrom("cache")
    .select("text")
    .where("key", "=", "")
    .where("expires_at", ">", 0)
    .compile().sql;
  const dropExpired = db.deleteFrom("cache").where("expires_at", "<=", 0).compile().sql;
  const countDropped = db
    .insertInto("meta")
    .values({ name: "dropped_events", value: 0 })
    .onConflict((conflict) =>
      conflict.column("name").doUpdateSet({ value: sql`meta.value + excluded.value` }),
    )
    .compile().sql;
  return {
    insertEvent: (row) => {
      insertEventSql ??= insertEvent(db, row).sql;
      return { sql: insertEventSql, values: Object.values(row) };
    },
    putAnswer: (key, text, expiresAt) => ({ sql: putAnswer, values: [key, text, expiresAt] }),
    getAnswer: (key, now) => ({ sql: getAnswer, values: [key, now] }),
    dropExpired: (now) => ({ sql: dropExpired, values: [now] }),
    countDropped: (events) => ({ sql: countDropped, values: ["dropped_events", events] }),
  };
}

/** An id that is there already is kept as it is: the same event may be handed in twice. */
function insertEvent(db: Kysely<Database>, row: EventRow): CompiledQuery {
  return db
    .insertInto("events")
    .values(row)
    .onConflict((conflict) => conflict.column("id").doNothing())
    .compile();
}
