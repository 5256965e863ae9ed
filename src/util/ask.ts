import { createInterface } from "node:readline";
import { raceAbort, sleep } from "./abort.ts";

/** Where questions are shown, and where they are answered. */
export interface Terminal {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean | undefined };
  readonly output: NodeJS.WritableStream & { readonly isTTY?: boolean | undefined };
}

/** Asks for a line; `undefined` once the terminal has been closed. */
export type Ask = (question: string) => Promise<string | undefined>;

/** What was typed before a question was shown is no answer to it: so long, in milliseconds, lines are thrown away. */
const settleMs = 30;

/** Whether somebody sees what is asked there, and can answer. */
export function isInteractive({ input, output }: Terminal): boolean {
  return input.isTTY === true && output.isTTY === true;
}

/** Work that asks somebody; rejects with the signal's reason. Ctrl-C interrupts the program, as ever. */
export async function talk<Result>(
  { input, output }: Terminal,
  signal: AbortSignal,
  work: (ask: Ask) => Promise<Result>,
): Promise<Result> {
  signal.throwIfAborted();
  const lines = createInterface({ input, output, prompt: "" });
  let isClosed = false;
  const closed = new Promise<undefined>((resolve) => {
    lines.once("close", () => {
      isClosed = true;
      resolve(undefined);
    });
  });
  lines.once("SIGINT", () => {
    lines.close();
    process.kill(process.pid, "SIGINT");
  });
  const ask: Ask = (question) => {
    if (isClosed) return closed;
    return Promise.race([
      new Promise<string>((resolve) => {
        lines.question(question, resolve);
      }),
      closed,
    ]);
  };
  try {
    await sleep(settleMs, signal);
    if (!isClosed) lines.write(null, { ctrl: true, name: "u" });
    return await raceAbort(work(ask), signal);
  } catch (error) {
    output.write("\n");
    throw error;
  } finally {
    lines.close();
  }
}
