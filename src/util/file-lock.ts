import { writeFileSync } from "node:fs";
import { readFile, rename, rm, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { sleep } from "./abort.ts";
import { newId } from "./id.ts";

/** How long a process waits for another, between two looks, and until the lock of another machine counts as left behind. */
const patienceMs = 10_000;
const waitMs = 20;
const abandonedMs = 60_000;
/** A lock is written as soon as it is made: one that stays empty is of a process that was killed in between. */
const emptyMs = 2_000;

/**
 * Does work on a file while no other process that asks here works on it. The lock is a file beside it, with the ending
 * `.lock`; one that a killed process has left is taken away, and the work hears of it. Rejects when another keeps it for
 * more than 10 s.
 */
export async function withFileLock<Result>(
  path: string,
  work: (before: { readonly wasKilled: boolean }) => Promise<Result>,
): Promise<Result> {
  const lock = `${path}.lock`;
  const giveUpAt = performance.now() + patienceMs;
  let wasKilled = false;
  while (!(await taken(lock))) {
    wasKilled = (await removeAbandoned(lock)) || wasKilled;
    if (performance.now() > giveUpAt) {
      throw new Error(`another process works on ${path}; if there is none, remove ${lock}`);
    }
    await sleep(waitMs, never);
  }
  try {
    return await work({ wasKilled });
  } finally {
    await rm(lock, { force: true });
  }
}

const never = new AbortController().signal;

async function taken(lock: string): Promise<boolean> {
  try {
    // At once, so that hardly anything can come between making it and writing it.
    writeFileSync(lock, JSON.stringify({ pid: process.pid, host: hostname() }), { flag: "wx" });
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
}

/** Whether there was one. */
async function removeAbandoned(lock: string): Promise<boolean> {
  const holder = await holderOf(lock);
  if (holder === undefined || !holder.isAbandoned) return false;
  // Of several processes that find it, one moves it away; a lock that was taken meanwhile is put back.
  const moved = `${lock}.${newId()}`;
  try {
    await rename(lock, moved);
    if ((await readFile(moved, "utf8")) !== holder.text) await rename(moved, lock);
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
  } finally {
    await rm(moved, { force: true });
  }
  return true;
}

async function holderOf(
  lock: string,
): Promise<{ readonly text: string; readonly isAbandoned: boolean } | undefined> {
  try {
    const text = await readFile(lock, "utf8");
    const { mtimeMs } = await stat(lock);
    return { text, isAbandoned: isAbandoned(text, Date.now() - mtimeMs) };
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

function isAbandoned(text: string, ageMs: number): boolean {
  if (text === "") return ageMs > emptyMs;
  const [, pid, host] = /^\{"pid":(\d+),"host":"(.*)"\}$/.exec(text) ?? [];
  if (pid === undefined || host !== hostname()) return ageMs > abandonedMs;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return codeOf(error) === "ESRCH";
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
