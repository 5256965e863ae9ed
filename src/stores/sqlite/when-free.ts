import { isHeld } from "./connection.ts";

/** How long an app waits for a file that others open, migrate or write, and between two looks, in milliseconds. */
const patienceMs = 10_000;
const waitMs = 20;

/** Does the work as soon as no other process holds the file; the event loop goes on meanwhile. */
export async function whenFree<Result>(work: () => Result | Promise<Result>): Promise<Result> {
  for (const giveUpAt = performance.now() + patienceMs; ; ) {
    try {
      return await work();
    } catch (error) {
      if (!isHeld(error) || performance.now() > giveUpAt) throw error;
      await new Promise((resume) => setTimeout(resume, waitMs));
    }
  }
}
