import type { ServerResponse } from "node:http";
import { PartLog } from "../../call/part-log.ts";
import { TextStream } from "../text-stream.ts";
import type { RunResult } from "./options.ts";
import type { AgentPart } from "./part.ts";

/**
 * A run on its way. Iterate it for what is said and done, or `texts()` for what is said alone; `result` has the whole at
 * the end. The run begins at once. Leaving the loop early, or cancelling, aborts it.
 *
 * @example
 * const stream = agent.stream({ prompt });
 * for await (const part of stream) if (part.type === "text") process.stdout.write(part.text);
 * const { outcome, cost } = await stream.result;
 */
export class AgentStream implements AsyncIterable<AgentPart> {
  readonly runId: string;
  /** Resolves as `run` does; rejects with what the loop throws. */
  readonly result: Promise<RunResult>;
  readonly #parts = new PartLog<AgentPart>();
  readonly #texts: TextStream<RunResult>;

  constructor(
    runId: string,
    abort: AbortController,
    run: (tell: (part: AgentPart) => void) => Promise<RunResult>,
  ) {
    const begun = Promise.withResolvers<void>();
    const parts = this.#parts;
    const tell = (part: AgentPart): void => {
      if (part.type === "text") begun.resolve();
      parts.push(part);
    };
    const follow = async (): Promise<RunResult> => {
      try {
        const result = await run(tell);
        parts.end();
        begun.resolve();
        return result;
      } catch (error) {
        parts.fail(error);
        begun.reject(error);
        throw error;
      }
    };
    this.runId = runId;
    this.result = follow();
    this.#texts = new TextStream({
      begun: begun.promise,
      texts: () => textsOf(parts),
      result: this.result,
      abort,
      done: doneOf,
    });
  }

  /** The parts from the first on, for each loop anew. */
  [Symbol.asyncIterator](): AsyncIterator<AgentPart, void, undefined> {
    const parts = this.#parts.read();
    return {
      next: () => parts.next(),
      return: () => {
        this.cancel();
        return parts.return();
      },
    };
  }

  /** What the model says, piece by piece. Leaving the loop early aborts the run. */
  texts(): AsyncIterable<string> {
    return this.#texts;
  }

  /** Aborts the run; the loop and `result` reject with an AbortError. Without effect once it has ended. */
  cancel(): void {
    this.#texts.cancel();
  }

  /**
   * A server-sent-events `Response`, once the first text is there: `data: {"text": …}` for each piece, then
   * `event: done` with `outcome`, `runId` and what waits for approval, or `event: error` with its code. A run that fails
   * before its first text becomes an HTTP error with a JSON body, and Retry-After where it is known.
   *
   * @example app.post("/ask", async (c) => agent.stream({ prompt: await c.req.text() }).toResponse());
   */
  toResponse(): Promise<Response> {
    return this.#texts.toResponse();
  }

  /** Writes what {@link toResponse} gives to a Node response; resolves when it is sent or the client has left. */
  sendTo(response: ServerResponse): Promise<void> {
    return this.#texts.sendTo(response);
  }
}

async function* textsOf(parts: PartLog<AgentPart>): AsyncGenerator<string, void, undefined> {
  for await (const part of parts.read()) if (part.type === "text") yield part.text;
}

/** What a client may know of the end: ids of approvals, not their arguments. */
export function doneOf(result: RunResult): unknown {
  const { outcome, runId, callId, usage, cost } = result;
  const approvals =
    outcome === "paused" ? result.approvals.map(({ id, tool }) => ({ id, tool })) : [];
  return { outcome, runId, callId, usage, cost, approvals };
}
