import { type Kysely, type SqlBool, sql } from "kysely";
import type { CallEvent } from "../../call/event.ts";
import type { Score } from "../../call/score.ts";
import { sleep } from "../../util/abort.ts";
import { openForReading } from "./event-reader-file.ts";
import { type EventFilter, matching } from "./event-reader-filter.ts";
import { callsToolIn, type PromptVolume, promptVolumesOf } from "./event-reader-prompts.ts";
import { repeatsOf, type TaskRepeats } from "./event-reader-repeats.ts";
import { fromRow } from "./event-reader-row.ts";
import { type RunRecord, runOfPart } from "./event-reader-runs.ts";
import { type ScoreKey, type ScoreStats, scoresOf, scoresOfCall } from "./event-reader-scores.ts";
import { type CallStats, type StatsKey, statsOf } from "./event-reader-stats.ts";
import { type ToolStats, toolStatsOf } from "./event-reader-tools.ts";
import { childrenOf, eventOf, traceOf } from "./event-reader-trace.ts";
import { addTimeFunctions } from "./figures.ts";
import { kyselyOver } from "./kysely.ts";
import type { Database } from "./schema.ts";

/** How events are sorted before they are cut off at `limit`. */
export type EventOrder = "newest" | "oldest" | "slowest" | "costliest";

export interface ListOptions extends EventFilter {
  /** Default: `newest`. */
  readonly order?: EventOrder | undefined;
  /** Default: 50. */
  readonly limit?: number | undefined;
}

export interface StatsOptions extends Omit<EventFilter, "scope"> {
  /** What to group by. Default: `["task"]`; an empty list makes one group of all calls. */
  readonly by?: readonly StatsKey[] | undefined;
}

export interface ScoreStatsOptions extends Omit<EventFilter, "scope"> {
  /** What to group by. Default: `["task"]`; an empty list makes one group of all calls. */
  readonly by?: readonly ScoreKey[] | undefined;
}

export interface FollowOptions {
  /** Ends the loop, without an error. */
  readonly signal?: AbortSignal | undefined;
  /** How many of the events that are there already come first, e.g. 10. Default: 0. */
  readonly last?: number | undefined;
  /** How often the file is looked at, in milliseconds. Default: 250. */
  readonly pollMs?: number | undefined;
}

/** Reads the events of a file, also while apps write to it. */
export interface EventReader {
  /** The file that is read. */
  readonly path: string;
  list(options?: ListOptions): Promise<CallEvent[]>;
  /**
   * The event of an id, or of the beginning of one; `undefined` when there is none.
   *
   * @throws ConfigError when several ids begin so
   */
  get(id: string): Promise<CallEvent | undefined>;
  /** The calls that were made for a call, oldest first. */
  children(id: string): Promise<CallEvent[]>;
  /**
   * The whole family of a call, oldest first: the outermost call, all that was made for it, and all that was made for
   * those. Any of their ids will do, or the beginning of one; the outermost one's also while it has not ended and is no
   * event yet. Empty when there is none.
   *
   * @throws ConfigError when several ids begin so
   */
  trace(id: string): Promise<CallEvent[]>;
  /** The agent's run that paused after this event, or went on with it; `undefined` for one that never paused. */
  runOf(id: string): Promise<RunRecord | undefined>;
  /**
   * All events that match, oldest first, a few at a time: for more of them than fit into memory. Events that are written
   * meanwhile may or may not come.
   *
   * @example for await (const event of events.each({ since: "30d" })) await warehouse.insert(event);
   */
  each(filter?: EventFilter): AsyncGenerator<CallEvent, void, void>;
  stats(options?: StatsOptions): Promise<CallStats[]>;
  /** What became of agents' calls of each tool; no other statistics count them. */
  toolStats(filter?: Omit<EventFilter, "scope" | "source">): Promise<ToolStats[]>;
  /** The tasks whose calls come again right after they have failed. */
  repeats(filter?: EventFilter): Promise<TaskRepeats[]>;
  /** How often the prompts of each task were sent to each target. */
  promptVolumes(filter?: EventFilter): Promise<PromptVolume[]>;
  /** Whether a model has called this tool in one of the calls that match. */
  callsTool(tool: string, filter?: EventFilter): Promise<boolean>;
  /** What `seam.score` said of a call, by name. */
  scores(id: string): Promise<Score[]>;
  /** The mean of each score in each group of calls; see {@link EventReader.stats}. */
  scoreStats(options?: ScoreStatsOptions): Promise<ScoreStats[]>;
  /**
   * Events as they are written, which is when their calls have ended.
   *
   * @example for await (const event of events.follow({ error: "any" })) console.log(event.errorMessage);
   */
  follow(filter?: EventFilter, options?: FollowOptions): AsyncGenerator<CallEvent, void, void>;
  /** How many events the apps that write this file had to drop. */
  dropped(): Promise<number>;
  close(): void;
  [Symbol.dispose](): void;
}

/** Every default of reading. */
const readDefaults = { limit: 50, last: 0, pollMs: 250, pageSize: 200 } as const;

const orders = {
  newest: ["time", "desc"],
  oldest: ["time", "asc"],
  slowest: ["latency_ms", "desc"],
  costliest: ["cost_usd", "desc"],
} as const;

/** Opens a file of events, for reading only; throws ConfigError when it is missing or holds none. */
export function openEventReader(path: string): EventReader {
  const connection = openForReading(path);
  addTimeFunctions(connection);
  const db = kyselyOver(connection);
  return {
    path: connection.path,
    list: (options = {}) => list(db, options),
    get: (id) => eventOf(db, id),
    children: (id) => childrenOf(db, id),
    trace: (id) => traceOf(db, id),
    runOf: (id) => runOfPart({ connection, db }, id),
    each: (filter = {}) => each(db, filter),
    stats: async (options = {}) => statsOf(connection, db, options, options.by ?? ["task"]),
    toolStats: async (filter = {}) => toolStatsOf(connection, db, filter),
    repeats: (filter = {}) => repeatsOf(db, filter),
    promptVolumes: (filter = {}) => promptVolumesOf(db, filter),
    callsTool: (tool, filter = {}) => callsToolIn(db, filter, tool),
    scores: (id) => scoresOfCall(db, id),
    scoreStats: (options = {}) => scoresOf(db, options, options.by ?? ["task"]),
    follow: (filter = {}, options = {}) => follow(db, filter, options),
    dropped: () => dropped(db),
    close: () => connection.close(),
    [Symbol.dispose]: () => connection.close(),
  };
}

async function list(db: Kysely<Database>, options: ListOptions): Promise<CallEvent[]> {
  const [column, direction] = orders[options.order ?? "newest"];
  const rows = await db
    .selectFrom("events")
    .selectAll()
    .where(matching(options))
    .orderBy(column, direction)
    .orderBy("id", direction)
    .limit(options.limit ?? readDefaults.limit)
    .execute();
  return rows.map(fromRow);
}

/** Goes on behind the last event of each page, so that nothing is held open between two of them. */
async function* each(
  db: Kysely<Database>,
  filter: EventFilter,
): AsyncGenerator<CallEvent, void, void> {
  const now = Date.now();
  let [time, id] = [Number.NEGATIVE_INFINITY, ""];
  for (let more = true; more; ) {
    const rows = await db
      .selectFrom("events")
      .selectAll()
      .where(matching(filter, now))
      .where(sql<SqlBool>`(time, id) > (${time}, ${id})`)
      .orderBy("time")
      .orderBy("id")
      .limit(readDefaults.pageSize)
      .execute();
    for (const row of rows) {
      yield fromRow(row);
      [time, id] = [row.time, row.id];
    }
    more = rows.length === readDefaults.pageSize;
  }
}

async function* follow(
  db: Kysely<Database>,
  filter: EventFilter,
  { signal = new AbortController().signal, last, pollMs }: FollowOptions,
): AsyncGenerator<CallEvent, void, void> {
  let seen = await newestRow(db);
  yield* await lastEvents(db, filter, seen, last ?? readDefaults.last);
  while (await waited(pollMs ?? readDefaults.pollMs, signal)) {
    const newest = await newestRow(db);
    if (newest > seen) yield* await eventsBetween(db, filter, seen, newest);
    seen = newest;
  }
}

/** Rows are numbered as they are written; the numbers start again when the table has been emptied. */
async function newestRow(db: Kysely<Database>): Promise<number> {
  const row = await db
    .selectFrom("events")
    .select((is) => is.fn.max<number | null>(db.dynamic.ref<"time">("rowid")).as("newest"))
    .executeTakeFirst();
  return row?.newest ?? 0;
}

async function lastEvents(
  db: Kysely<Database>,
  filter: EventFilter,
  newest: number,
  count: number,
): Promise<CallEvent[]> {
  const rows = await rowsUpTo(db, filter, newest)
    .orderBy(rowNumber(db), "desc")
    .limit(count)
    .execute();
  return rows.reverse().map(fromRow);
}

async function eventsBetween(
  db: Kysely<Database>,
  filter: EventFilter,
  after: number,
  newest: number,
): Promise<CallEvent[]> {
  const rows = await rowsUpTo(db, filter, newest)
    .where(rowNumber(db), ">", after)
    .orderBy(rowNumber(db), "asc")
    .execute();
  return rows.map(fromRow);
}

function rowsUpTo(db: Kysely<Database>, filter: EventFilter, newest: number) {
  return db
    .selectFrom("events")
    .selectAll()
    .where(matching(filter))
    .where(rowNumber(db), "<=", newest);
}

function rowNumber(db: Kysely<Database>) {
  return db.dynamic.ref<"time">("rowid");
}

async function waited(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await sleep(ms, signal);
    return true;
  } catch {
    return false;
  }
}

async function dropped(db: Kysely<Database>): Promise<number> {
  const row = await db
    .selectFrom("meta")
    .select("value")
    .where("name", "=", "dropped_events")
    .executeTakeFirst();
  return row?.value ?? 0;
}
