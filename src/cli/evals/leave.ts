import { exitCodes } from "../exit-codes.ts";
import { multiLine } from "../output/clean.ts";
import { note } from "../output/terminal.ts";
import { untilStopped } from "../until-stopped.ts";

/** How long what evals have opened may keep the process, in milliseconds. */
const graceMs = 3_000;

/**
 * Does the work of `seam eval` and leaves with the exit code that it gives. What it throws is no verdict: exit code 2. Code
 * of features may have left something open, e.g. a pool of connections: the process ends all the same.
 */
export async function leaveWith(work: (signal: AbortSignal) => Promise<number>): Promise<void> {
  await untilStopped(async (signal) => {
    process.exitCode = await work(signal).catch(failed);
  });
  setTimeout(() => {
    note("Something that the evals have opened is still open; the process ends without it.");
    process.exit();
  }, graceMs).unref();
}

function failed(error: unknown): number {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`seam: ${multiLine(message)}\n`);
  return exitCodes.usage;
}
