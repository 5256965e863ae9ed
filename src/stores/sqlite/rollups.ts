import { type Kysely, sql } from "kysely";
import type { Connection } from "./connection.ts";
import { dimensions, eventsByTime, figuresOfEvents, figuresOfRollups, sums } from "./figures.ts";
import { kyselyOver } from "./kysely.ts";
import { rollupSpans } from "./rollup-plan.ts";
import type { Database } from "./schema.ts";
import { statementOf } from "./statements.ts";

const { slot, day } = rollupSpans;

/** Calls are recorded when they end, under the time when they began: a span is left alone until most of them have. */
const graceMs = 300_000;

/**
 * Rolls up the spans whose rollups are missing or old, the oldest first, each in a transaction of its own; yields after
 * each, so that other work gets its turn. It may stop anywhere: what is not rolled up is read from the events.
 */
export function* rollUps(connection: Connection, now: number): Generator<void, void, void> {
  const db = kyselyOver(connection);
  for (const span of [slot, day]) {
    while (connection.transaction(() => rollUpNext(connection, db, span, now))) yield;
  }
}

/** Whether there was one to roll up. */
function rollUpNext(
  connection: Connection,
  db: Kysely<Database>,
  span: number,
  now: number,
): boolean {
  const due = connection.first(nextDue(db, span, now - graceMs));
  if (due === undefined) return false;
  const start = Number(due["start"]);
  const ofSpan = sql`span = ${span} and start = ${start}`;
  const figures =
    span === slot
      ? sql`select ${figuresOfEvents} from ${eventsByTime}
          where time >= ${start} and time < ${start + span}`
      : sql`select ${figuresOfRollups} from rollups
          where span = ${slot} and start >= ${start} and start < ${start + span}`;
  for (const step of [
    sql`delete from rollups where ${ofSpan}`,
    sql`insert into rollups
      select ${span}, ${start}, ${dimensions}, ${sums}, sketch_of(latencies), sketch_of(first_tokens)
      from (${figures}) group by ${dimensions}`,
    sql`delete from rollups_due where ${ofSpan}`,
  ]) {
    connection.run(statementOf(step.compile(db)));
  }
  return true;
}

/** A day is made of its slots: it comes when they are there. */
function nextDue(db: Kysely<Database>, span: number, until: number) {
  const query = sql`
    select start from rollups_due as due
    where span = ${span} and start <= ${until - span} and not exists (
      select 1 from rollups_due as part
      where part.span < due.span and part.start >= due.start and part.start < due.start + due.span
    )
    order by start limit 1`;
  return statementOf(query.compile(db));
}
