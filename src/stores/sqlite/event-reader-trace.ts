import type { Kysely } from "kysely";
import type { CallEvent } from "../../call/event.ts";
import { ConfigError } from "../../errors.ts";
import { fromRow } from "./event-reader-row.ts";
import type { Database } from "./schema.ts";

/** How many ids are named where several are meant. */
const shownMatches = 5;

/** The event of an id, or of the only id that begins so. */
export async function eventOf(db: Kysely<Database>, begin: string): Promise<CallEvent | undefined> {
  const id = await idBeginning(db, ["id"], begin);
  if (id === undefined) return undefined;
  const row = await db.selectFrom("events").selectAll().where("id", "=", id).executeTakeFirst();
  return row === undefined ? undefined : fromRow(row);
}

/** The calls that were made for a call, oldest first. */
export async function childrenOf(db: Kysely<Database>, id: string): Promise<CallEvent[]> {
  const trace = db.selectFrom("events").select("trace_id").where("id", "=", id);
  const rows = await inOrder(db)
    .where((is) => is.or([is("trace_id", "=", id), is("trace_id", "in", trace)]))
    .where("parent_id", "=", id)
    .execute();
  return rows.map(fromRow);
}

/** The whole family of an event, or of one that is still to come, oldest first. */
export async function traceOf(db: Kysely<Database>, begin: string): Promise<CallEvent[]> {
  const id = await idBeginning(db, ["id", "trace_id"], begin);
  if (id === undefined) return [];
  const own = db.selectFrom("events").select("trace_id").where("id", "=", id);
  const rows = await inOrder(db)
    .where((is) => is.or([is("trace_id", "=", id), is("trace_id", "in", own)]))
    .execute();
  return rows.map(fromRow);
}

function inOrder(db: Kysely<Database>) {
  return db.selectFrom("events").selectAll().orderBy("time").orderBy("id");
}

/** The only id that begins so, in any of the columns. */
async function idBeginning(
  db: Kysely<Database>,
  columns: readonly ("id" | "trace_id")[],
  begin: string,
): Promise<string | undefined> {
  const found = new Set<string>();
  for (const column of columns) {
    const rows = await db
      .selectFrom("events")
      .select(`${column} as id`)
      .distinct()
      .where(column, ">=", begin)
      .where(column, "<", `${begin}\u{10ffff}`)
      .orderBy(column)
      .limit(shownMatches + 1)
      .execute();
    for (const { id } of rows) found.add(id);
  }
  const ids = [...found].sort();
  const [first, second] = ids;
  if (second === undefined || first === begin) return first;
  const shown = ids.slice(0, shownMatches);
  const more = ids.length > shown.length ? ", …" : "";
  throw new ConfigError({
    summary: `Several ids begin with ${JSON.stringify(begin)}: ${shown.join(", ")}${more}`,
    advice: "Give more of the id.",
  });
}
