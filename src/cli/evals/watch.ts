import { type ChildProcess, spawn } from "node:child_process";
import { type FSWatcher, watch } from "node:fs";
import { glob } from "node:fs/promises";
import { join, resolve } from "node:path";
import { isLeftOut } from "../../evals/suite/find.ts";
import { raceAbort } from "../../util/abort.ts";
import { exitCodes } from "../exit-codes.ts";
import type { ReportFiles } from "../output/eval/files.ts";
import { note } from "../output/terminal.ts";

/** Editors write a file in several steps. */
const settledMs = 200;

/** Code, data and prompts; a store, e.g., is written by the run itself. */
const sources = /\.([cm]?[jt]sx?|jsonl?|csv|tsv|ya?ml|md|txt)$/;

/**
 * Runs this very command, without `--watch`, in a process of its own: now, and again when a file below the folder has
 * changed. Imports of a process cannot be taken back, and what did not change is answered from the cache. Ends when the
 * signal aborts.
 */
export async function watchAndRun(
  folder: string,
  reports: ReportFiles,
  signal: AbortSignal,
): Promise<number> {
  const written = [reports.jsonl, reports.junit, reports.markdown, reports.html];
  const own = written.flatMap((file) => (file === undefined ? [] : [resolve(file)]));
  const isSource = (path: string): boolean =>
    sources.test(path) && !/\.(baseline|replies)\.jsonl$/.test(path) && !own.includes(path);
  while (!signal.aborted) {
    const changes = new Changes(await foldersBelow(folder), isSource);
    try {
      await ended(runItself(), signal);
      signal.throwIfAborted();
      note("Waiting for a file to change; Ctrl-C ends.");
      await raceAbort(changes.first, signal);
      await new Promise((resume) => setTimeout(resume, settledMs));
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      changes.close();
    }
  }
  return exitCodes.ok;
}

async function foldersBelow(folder: string): Promise<string[]> {
  const folders = [folder];
  for await (const entry of glob("**/*", {
    cwd: folder,
    exclude: isLeftOutEntry,
    withFileTypes: true,
  })) {
    if (entry.isDirectory()) folders.push(join(entry.parentPath, entry.name));
  }
  return folders;
}

function isLeftOutEntry({ name }: { readonly name: string }): boolean {
  return isLeftOut(name);
}

/** What changes in folders, from now on. */
class Changes {
  readonly first: Promise<void>;
  readonly #watchers: readonly FSWatcher[];

  constructor(folders: readonly string[], isSource: (path: string) => boolean) {
    const { promise, resolve: changed } = Promise.withResolvers<void>();
    this.first = promise;
    this.#watchers = folders.map((folder) =>
      watch(folder, (_, name) => {
        if (name !== null && isSource(join(folder, name))) changed();
      }).on("error", () => {
        // A folder that is gone has changed.
        changed();
      }),
    );
  }

  close(): void {
    for (const watcher of this.#watchers) watcher.close();
  }
}

/** In a group of its own: a Ctrl-C reaches it once, from here. */
function runItself(): ChildProcess {
  const args = process.argv.slice(1).filter((arg) => arg !== "--watch");
  return spawn(process.execPath, [...process.execArgv, ...args], {
    stdio: "inherit",
    detached: true,
  });
}

function ended(child: ChildProcess, signal: AbortSignal): Promise<void> {
  const stop = (): void => void child.kill("SIGINT");
  signal.addEventListener("abort", stop, { once: true });
  return new Promise<void>((resume, reject) => {
    child.once("error", reject);
    child.once("exit", () => resume());
  }).finally(() => signal.removeEventListener("abort", stop));
}
