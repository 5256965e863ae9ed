import { accessSync, constants, existsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { openEvents } from "../../events.ts";
import { openForReading } from "../../stores/sqlite/event-reader-file.ts";
import { waitingApprovals } from "../../stores/sqlite/runs.ts";
import { formatDuration } from "../../util/duration.ts";
import { shortPath } from "../find-store.ts";
import { bytes, counted } from "../output/format.ts";
import { type Finding, fail, ok, reasonOf, warn } from "./finding.ts";
import { checkRepeats } from "./retries.ts";

/** How long an app may keep the file to itself, in milliseconds. */
const patienceMs = 2_000;

/** From this size on, in bytes, a store that nothing is ever removed from is worth a word. */
const largeBytes = 1e9;

/** Whether events can be written and read at a path, and whether its size has a limit. Writes nothing. */
export async function checkStore(path: string, retentionMs: number | false): Promise<Finding[]> {
  if (!existsSync(path)) return [newFile(path)];
  try {
    tryToWrite(path);
  } catch (error) {
    const detail = `${shortPath(path)} cannot be written: ${reasonOf(error)}`;
    return [
      fail("store", detail, "Check the rights of the file and its folder; is it a SQLite file?"),
    ];
  }
  try {
    const findings = await readFindings(path);
    return [...findings, ...approvalFindings(path), ...sizeFindings(path, retentionMs)];
  } catch (error) {
    return [
      warn(
        "store",
        reasonOf(error),
        "An app of this version brings the file up to date when it opens it.",
      ),
    ];
  }
}

function newFile(path: string): Finding {
  let folder = dirname(path);
  while (!existsSync(folder)) folder = dirname(folder);
  try {
    accessSync(folder, constants.W_OK);
    return ok("store", `${shortPath(path)} is made by the first call`);
  } catch {
    return fail(
      "store",
      `${shortPath(path)} cannot be made`,
      `Make ${folder} writable, or set another \`store\`.`,
    );
  }
}

/** Takes the lock that a write needs, and gives it back. */
function tryToWrite(path: string): void {
  const database = new DatabaseSync(path, { timeout: patienceMs });
  try {
    database.exec("begin immediate; rollback");
  } finally {
    database.close();
  }
}

async function readFindings(path: string): Promise<Finding[]> {
  using events = openEvents(path);
  const [newest] = await events.list({ scope: "all", limit: 1 });
  const [total] = await events.stats({ by: [] });
  const dropped = await events.dropped();
  const detail =
    newest === undefined
      ? `${shortPath(path)} is writable, and holds no call yet`
      : `${shortPath(path)} is writable, and holds ${counted(total?.calls ?? 0, "call")}`;
  const findings = [ok("store", detail), ...(await checkRepeats(events))];
  if (dropped === 0) return findings;
  const advice =
    "More events waited than may be held in memory: is the disk full or slow, or the file locked by another program?";
  return [...findings, warn("dropped events", `${counted(dropped, "event")} lost`, advice)];
}

/** How many calls of tools wait for somebody to agree. */
function approvalFindings(path: string): Finding[] {
  const connection = openForReading(path);
  try {
    const { count: waiting, oldest } = waitingApprovals(connection, Date.now());
    if (waiting === 0) return [];
    const age = formatDuration(Date.now() - oldest);
    const detail = `${counted(waiting, "approval")} wait${waiting === 1 ? "s" : ""}, the oldest for ${age}`;
    return [ok("approvals", `${detail}: \`seam approvals\``)];
  } finally {
    connection.close();
  }
}

function sizeFindings(path: string, retentionMs: number | false): Finding[] {
  const { size } = statSync(path);
  if (retentionMs !== false || size < largeBytes) return [];
  const advice =
    'Set `retention` in the config, e.g. "30d", or run `seam prune --older-than 30d --vacuum`.';
  return [warn("store size", `${bytes(size)}, and nothing is ever removed`, advice)];
}
