import { statSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import type { Connection } from "../stores/sqlite/connection.ts";
import { openExisting } from "../stores/sqlite/event-reader-file.ts";
import { openFile } from "../stores/sqlite/open-file.ts";
import {
  countPrunable,
  dropConversations,
  dropExpired,
  dropRuns,
  prune,
} from "../stores/sqlite/prune.ts";
import { reasonOf } from "./doctor/finding.ts";
import { counted } from "./output/format.ts";
import { progressLine } from "./output/progress.ts";

export interface PruneTask {
  /** Calls that began earlier go, in milliseconds since the epoch. */
  readonly cutoff: number;
  readonly dryRun: boolean;
  readonly vacuum: boolean;
}

/** What went, or would go; sizes are of the file with its write-ahead log. */
export interface Pruned {
  readonly calls: number;
  readonly answers: number;
  /** Runs of agents that had waited for approval. */
  readonly runs: number;
  /** Conversations that nothing was added to since. */
  readonly conversations: number;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
  /** Another program was reading, so that the file gets smaller only later. */
  readonly isHeld: boolean;
}

/** How long it waits for an app that is writing, in milliseconds. */
const patienceMs = 5_000;
/** Between two batches: the turn of apps that want to write. */
const pauseMs = 5;

/** Removes old calls and expired answers from a store that apps may be using. */
export async function pruneStore(
  path: string,
  { cutoff, dryRun, vacuum }: PruneTask,
): Promise<Pruned> {
  openExisting(path).close();
  const { connection } = await openFile(path);
  try {
    connection.waitForWrites(patienceMs);
    const bytesBefore = sizeOf(path);
    if (dryRun) {
      const calls = countPrunable(connection, cutoff);
      const none = { answers: 0, runs: 0, conversations: 0, isHeld: false };
      return { calls, ...none, bytesBefore, bytesAfter: bytesBefore };
    }
    const calls = await sumOf(prune(connection, cutoff), "call");
    const answers = await sumOf(dropExpired(connection, Date.now()), "expired answer");
    const runs = await sumOf(dropRuns(connection, Date.now(), cutoff), "run");
    const conversations = await sumOf(dropConversations(connection, cutoff), "conversation");
    const isHeld = vacuum && !makeSmaller(connection);
    const bytesAfter = sizeOf(path);
    return { calls, answers, runs, conversations, bytesBefore, bytesAfter, isHeld };
  } catch (cause) {
    const advice = "What it holds is whole; mend that, and run it again.";
    throw new Error(`${path} could not be pruned to the end: ${reasonOf(cause)}. ${advice}`, {
      cause,
    });
  } finally {
    connection.close();
  }
}

async function sumOf(batches: Iterable<number>, noun: string): Promise<number> {
  const progress = progressLine();
  let sum = 0;
  for (const batch of batches) {
    sum += batch;
    progress.show(`${counted(sum, noun)} removed`);
    await wait(pauseMs);
  }
  progress.clear();
  return sum;
}

/** Writes the file anew without its gaps, and then the write-ahead log, which holds all of it, back into the file. */
function makeSmaller(connection: Connection): boolean {
  connection.exec("vacuum");
  const log = connection.first({ sql: "pragma wal_checkpoint(truncate)", values: [] });
  return log?.["busy"] === 0;
}

function sizeOf(path: string): number {
  return [path, `${path}-wal`].reduce(
    (sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0),
    0,
  );
}
