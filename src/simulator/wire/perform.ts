import type { ServerResponse } from "node:http";
import { sleep, untilAborted } from "../pace.ts";
import type { Step } from "./steps.ts";

/** Told what went over the wire. */
export interface Progress {
  onHead(status: number): void;
  onWrite(bytes: number, tokens: number): void;
}

/** Does one step after another until the last one, or until the signal says the client has left. */
export async function perform(
  steps: readonly Step[],
  response: ServerResponse,
  signal: AbortSignal,
  progress: Progress,
): Promise<void> {
  const write = (data: string | Uint8Array, tokens: number) => {
    response.write(data);
    progress.onWrite(typeof data === "string" ? Buffer.byteLength(data) : data.length, tokens);
  };
  let due = performance.now();
  for (const [index, step] of steps.entries()) {
    if (signal.aborted) return;
    switch (step.do) {
      case "wait":
        due = Math.max(due, performance.now() - longestCatchUpMs) + step.ms;
        await sleepUntil(due, signal);
        break;
      case "head":
        response.writeHead(step.status, step.headers);
        if (steps[index + 1]?.do !== "write") response.flushHeaders();
        progress.onHead(step.status);
        break;
      case "write":
        write(step.data, step.tokens);
        break;
      case "repeat":
        while (!signal.aborted) {
          write(step.data, 0);
          await sleep(step.everyMs, signal);
        }
        break;
      case "hang":
        await untilAborted(signal);
        break;
      case "destroy":
        closeConnection(response);
        return;
      case "end":
        response.end();
        return;
    }
  }
}

/** How far behind its schedule a paced answer may fall and still catch up by skipping waits. */
const longestCatchUpMs = 20;

/** Timers are coarse: a wait that is already over, or nearly, is skipped and made up for later. */
async function sleepUntil(due: number, signal: AbortSignal): Promise<void> {
  const ms = due - performance.now();
  if (ms >= 1) await sleep(ms, signal);
}

/** What was written still leaves; then the connection is gone, the response unfinished. */
function closeConnection(response: ServerResponse): void {
  if (response.headersSent) response.socket?.destroySoon();
  else response.socket?.destroy();
}
