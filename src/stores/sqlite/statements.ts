import type { SQLInputValue } from "node:sqlite";
import { type CompiledQuery, type Kysely, sql } from "kysely";
import type { Score } from "../../call/score.ts";
import type { BudgetRow, Database, EventRow } from "./schema.ts";

/** A statement with its values, ready to run. */
export interface Statement {
  readonly sql: string;
  readonly values: readonly SQLInputValue[];
}

/** What Kysely has built, ready to run synchronously. */
export function statementOf({ sql, parameters }: CompiledQuery): Statement {
  return { sql, values: parameters as readonly SQLInputValue[] };
}

/** The statements of the hot path: built by Kysely once, then run synchronously with new values. */
export interface Statements {
  insertEvent(row: EventRow): Statement;
  putAnswer(key: string, text: string, expiresAt: number): Statement;
  putScore(score: Score): Statement;
  getAnswer(key: string, now: number): Statement;
  countDropped(events: number): Statement;
  putBudget(row: BudgetRow): Statement;
  /** What all writers but this one have used. */
  sumBudget(account: string, startsAt: number, writer: string): Statement;
  dropEndedBudgets(now: number): Statement;
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
  const putScore = db
    .insertInto("scores")
    .values({ call_id: "", name: "", value: 0, time: 0 })
    .onConflict((conflict) =>
      conflict.columns(["call_id", "name"]).doUpdateSet((row) => ({
        value: row.ref("excluded.value"),
        time: row.ref("excluded.time"),
      })),
    )
    .compile().sql;
  const getAnswer = db
    .selectFrom("cache")
    .select("text")
    .where("key", "=", "")
    .where("expires_at", ">", 0)
    .compile().sql;
  const countDropped = db
    .insertInto("meta")
    .values({ name: "dropped_events", value: 0 })
    .onConflict((conflict) =>
      conflict.column("name").doUpdateSet({ value: sql`meta.value + excluded.value` }),
    )
    .compile().sql;
  const putBudget = db
    .insertInto("budgets")
    .values({
      account: "",
      starts_at: 0,
      ends_at: 0,
      writer: "",
      cost_usd: 0,
      tokens: 0,
      requests: 0,
    })
    .onConflict((conflict) =>
      conflict.columns(["account", "starts_at", "writer"]).doUpdateSet((row) => ({
        cost_usd: row.ref("excluded.cost_usd"),
        tokens: row.ref("excluded.tokens"),
        requests: row.ref("excluded.requests"),
      })),
    )
    .compile().sql;
  const sumBudget = db
    .selectFrom("budgets")
    .select(({ fn }) => [
      fn.sum("cost_usd").as("cost_usd"),
      fn.sum("tokens").as("tokens"),
      fn.sum("requests").as("requests"),
    ])
    .where("account", "=", "")
    .where("starts_at", "=", 0)
    .where("writer", "!=", "")
    .compile().sql;
  const dropEndedBudgets = db.deleteFrom("budgets").where("ends_at", "<=", 0).compile().sql;
  return {
    insertEvent: (row) => {
      insertEventSql ??= insertEvent(db, row).sql;
      return { sql: insertEventSql, values: Object.values(row) };
    },
    putAnswer: (key, text, expiresAt) => ({ sql: putAnswer, values: [key, text, expiresAt] }),
    putScore: ({ callId, name, value, time }) => ({
      sql: putScore,
      values: [callId, name, value, time],
    }),
    getAnswer: (key, now) => ({ sql: getAnswer, values: [key, now] }),
    countDropped: (events) => ({ sql: countDropped, values: ["dropped_events", events] }),
    putBudget: ({ account, starts_at, ends_at, writer, cost_usd, tokens, requests }) => ({
      sql: putBudget,
      values: [account, starts_at, ends_at, writer, cost_usd, tokens, requests],
    }),
    sumBudget: (account, startsAt, writer) => ({
      sql: sumBudget,
      values: [account, startsAt, writer],
    }),
    dropEndedBudgets: (now) => ({ sql: dropEndedBudgets, values: [now] }),
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
