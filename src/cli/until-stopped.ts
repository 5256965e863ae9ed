import { exitCodes } from "./exit-codes.ts";

const signals = ["SIGINT", "SIGTERM"] as const;

/**
 * Runs work that ends when its signal aborts: on Ctrl-C or SIGTERM, which end the command in good order then. The second
 * one ends it at once.
 */
export async function untilStopped(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const stopped = new AbortController();
  const stop = (): void => {
    if (stopped.signal.aborted) process.exit(exitCodes.stopped);
    stopped.abort();
  };
  for (const name of signals) process.on(name, stop);
  try {
    await work(stopped.signal);
  } finally {
    for (const name of signals) process.removeListener(name, stop);
  }
}
