import type { Connection } from "./connection.ts";

/** How many rows are looked for at once; small, so that no write of an app waits long. */
const batchSize = 250;

/** Rows that began before the cutoff, with all of their families: a parent is always older than its children. */
const oldFamilies = "trace_id in (select trace_id from events where time < ?)";
const oldestFamilies =
  "trace_id in (select trace_id from events where time < ? order by time limit ?)";

/**
 * Removes the events that began before a moment, in milliseconds since the epoch, the oldest first, and the calls that
 * were made for them. Yields how many events went with each batch, each in a transaction of its own.
 */
export function* prune(connection: Connection, cutoff: number): Generator<number, void, void> {
  const sql = `delete from events where ${oldestFamilies}`;
  yield* whileAny(() => connection.run({ sql, values: [cutoff, batchSize] }));
}

/** How many events {@link prune} would remove. */
export function countPrunable(connection: Connection, cutoff: number): number {
  const sql = `select count(*) as events from events where ${oldFamilies}`;
  return Number(connection.first({ sql, values: [cutoff] })?.["events"] ?? 0);
}

/** Removes cached answers whose time is over; yields how many went with each batch. */
export function* dropExpired(connection: Connection, now: number): Generator<number, void, void> {
  const sql =
    "delete from cache where key in (select key from cache where expires_at <= ? limit ?)";
  yield* whileAny(() => connection.run({ sql, values: [now, batchSize] }));
}

/**
 * Removes runs that had ended before the cutoff, with their approvals, and paused ones that nobody has gone on with in
 * time; yields how many went with each batch.
 */
export function* dropRuns(
  connection: Connection,
  now: number,
  cutoff: number,
): Generator<number, void, void> {
  const isLeft = "ended_at is null and kept_until <= ? and coalesce(held_until, 0) <= ?";
  const ids = `select id from runs where ended_at < ? or (${isLeft}) limit ?`;
  const sql = `delete from runs where id in (${ids})`;
  yield* whileAny(() => connection.run({ sql, values: [cutoff, now, now, batchSize] }));
}

/** Removes conversations that nothing was added to since the cutoff; yields how many went with each batch. */
export function* dropConversations(
  connection: Connection,
  cutoff: number,
): Generator<number, void, void> {
  const ids = "select id from conversations where updated_at < ? order by updated_at limit ?";
  const sql = `delete from conversations where id in (${ids})`;
  yield* whileAny(() => connection.run({ sql, values: [cutoff, batchSize] }));
}

function* whileAny(removeSome: () => number): Generator<number, void, void> {
  for (let removed = removeSome(); removed > 0; removed = removeSome()) yield removed;
}
