import type { CallEvent } from "../../src/call/event.ts";
import type { Score } from "../../src/call/score.ts";
import { Troubles } from "../../src/call/troubles.ts";
import { openSqliteStore } from "../../src/stores/sqlite/store.ts";

/** Writes events and scores to a file, the way calls do. */
export async function writeEvents(
  path: string,
  events: readonly CallEvent[],
  scores: readonly Score[] = [],
): Promise<void> {
  const store = openSqliteStore(path, new Troubles(), { retentionMs: false });
  for (const event of events) store.events.write(event);
  for (const score of scores) store.scores.write(score);
  await store.close();
}
