import type { ServerResponse } from "node:http";
import type { CallSummary } from "./result.ts";
import { type SseSource, sendToNode, sseResponse } from "./sse.ts";

export interface TextStreamParts<Result> {
  /** Settles when the first content is there, or the call has failed. */
  readonly begun: Promise<unknown>;
  /** The texts from the first on, for each reader anew. */
  readonly texts: () => AsyncGenerator<string, void, undefined>;
  readonly result: Promise<Result>;
  readonly abort: AbortController;
  /** What the last event of a response tells of the result; default: the summary of a call. */
  readonly done?: ((result: Result) => unknown) | undefined;
}

/** A text on its way: see what extends it. */
export class TextStream<Result extends object> implements AsyncIterable<string> {
  /** Resolves when the stream has ended whole; rejects with what the loop throws. */
  readonly result: Promise<Result>;
  readonly #parts: TextStreamParts<Result>;

  constructor(parts: TextStreamParts<Result>) {
    this.#parts = parts;
    this.result = parts.result;
    this.result.catch(() => {});
    parts.begun.catch(() => {});
  }

  /** The texts from the first on, for each loop anew. */
  [Symbol.asyncIterator](): AsyncIterator<string, void, undefined> {
    const texts = this.#parts.texts();
    return {
      next: () => texts.next(),
      return: () => {
        this.cancel();
        return texts.return();
      },
    };
  }

  /** Aborts the call; the loop and `result` reject with an AbortError. Without effect once the stream has ended. */
  cancel(): void {
    const reason = new DOMException("The stream was cancelled by its reader.", "AbortError");
    this.#parts.abort.abort(reason);
  }

  /** The text as a web stream of strings; cancelling it aborts the call. */
  toReadableStream(): ReadableStream<string> {
    const texts = this[Symbol.asyncIterator]();
    return new ReadableStream<string>({
      async pull(controller) {
        try {
          const { done, value } = await texts.next();
          if (done === true) controller.close();
          else controller.enqueue(value);
        } catch (error) {
          controller.error(error);
        }
      },
      cancel: () => this.cancel(),
    });
  }

  /**
   * A server-sent-events `Response`, once the first text is there: `data: {"text": …}` for each piece, then
   * `event: done` with the summary of the call, or `event: error` with its code. A call that fails before its first
   * text becomes an HTTP error with a JSON body, and Retry-After where it is known.
   *
   * @example app.post("/reply", async (c) => seam.stream("reply", { prompt: await c.req.text() }).toResponse());
   */
  toResponse(): Promise<Response> {
    const source: SseSource = {
      begun: this.#parts.begun,
      texts: () => this[Symbol.asyncIterator](),
      done: async () => (this.#parts.done ?? callSummary)(await this.result),
      cancel: () => this.cancel(),
    };
    return sseResponse(source);
  }

  /**
   * Writes what {@link toResponse} gives to a Node response; resolves when it is sent or the client has left.
   *
   * @example app.post("/reply", (req, res) => seam.stream("reply", { prompt: req.body.prompt }).sendTo(res));
   */
  async sendTo(response: ServerResponse): Promise<void> {
    if (response.destroyed) {
      this.cancel();
      return;
    }
    response.once("close", () => {
      if (!response.writableFinished) this.cancel();
    });
    try {
      await sendToNode(await this.toResponse(), response);
    } catch (error) {
      this.cancel();
      throw error;
    }
  }
}

function callSummary(result: Partial<CallSummary>): unknown {
  const { callId, finishReason, usage, cost, source, target } = result;
  return { callId, finishReason, usage, cost, source, target };
}
