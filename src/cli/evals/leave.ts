import { exitCodes } from "../exit-codes.ts";
import { multiLine } from "../output/clean.ts";
import { note, reserveStdout } from "../output/terminal.ts";
import { untilStopped } from "../until-stopped.ts";

/** How long what evals have opened may keep the process, in milliseconds. */
const graceMs = 3_000;

/**
 * Does the work of `seam eval` and leaves with the exit code that it gives. What it throws is no verdict: exit code 2. Code
 * of features may have left something open, e.g. a pool of connections: the process ends all the same. It may also end the
 * process itself, or throw where nothing catches it: that is no verdict either. What it prints is kept out of JSON.
 */
export async function leaveWith(
  { json = false }: { readonly json?: boolean },
  work: (signal: AbortSignal) => Promise<number>,
): Promise<void> {
  let verdict: number | undefined;
  if (json) reserveStdout();
  await untilStopped(async (signal) => {
    process.once("beforeExit", () => {
      if (verdict === undefined) process.exit(unsettled);
    });
    process.once("exit", (code) => {
      process.exitCode = verdict ?? (signal.aborted ? exitCodes.stopped : endedEarly(code));
    });
    verdict = await work(signal).catch(failed);
    process.exitCode = verdict;
  });
  setTimeout(() => {
    note("Something that the evals have opened is still open; the process ends without it.");
    process.exit();
  }, graceMs).unref();
}

/** As Node says it where nothing is under way that could settle what is waited for. */
const unsettled = 13;
/** As Node says it of what is thrown where nothing catches it. */
const uncaught = 1;

function endedEarly(code: number): number {
  process.stderr.write(`seam: The process ended before there was a verdict: ${whyEnded(code)}\n`);
  return exitCodes.usage;
}

function whyEnded(code: number): string {
  switch (code) {
    case unsettled:
      return "`data`, or the top of an eval file, waits for what never comes. Give it an end.";
    case uncaught:
      return "something was thrown where nothing catches it, as told below. Await what the evals start; `seam eval --resume` then goes on.";
    default:
      return "code of the evals has called process.exit(), or nobody reads the output any more.";
  }
}

function failed(error: unknown): number {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`seam: ${multiLine(message)}\n`);
  return exitCodes.usage;
}
