import type { ServerResponse } from "node:http";
import type { LanguageModelV4GenerateResult } from "@ai-sdk/provider";
import type { StreamAnswer } from "../call/answer.ts";
import { textOf } from "../call/assemble.ts";
import type { Call } from "../call/call.ts";
import type { Runtime } from "../runtime.ts";
import { linkAbort } from "../util/abort.ts";
import { callOptionsOf, type PromptOptions, type RuleOption, requestOf } from "./prompt.ts";
import { type CallSummary, refuseRefusals, summarize } from "./result.ts";
import { sendToNode, sseResponse } from "./sse.ts";

export interface StreamOptions extends PromptOptions, RuleOption<string> {}

export interface StreamResult extends CallSummary {
  readonly text: string;
}

/**
 * A text on its way. Iterate it, or hand it on as a `ReadableStream` or as an SSE `Response`; `result` has the whole
 * at the end. The request is sent at once. Leaving the loop early, or cancelling, aborts the call.
 *
 * Until the first content, failures are retried and rerouted unseen. A later failure is thrown by the loop, and by
 * `result`, as StreamInterrupted with the text so far.
 *
 * @example
 * const reply = seam.stream("reply", { prompt });
 * for await (const text of reply) process.stdout.write(text);
 * const { usage, cost } = await reply.result;
 */
export class SeamStream implements AsyncIterable<string> {
  /** The id of the call's event. */
  readonly callId: string;
  /** Resolves when the stream has ended whole; rejects with what the loop throws. */
  readonly result: Promise<StreamResult>;
  readonly #answer: Promise<StreamAnswer>;
  readonly #abort: AbortController;

  constructor(call: Call, answer: Promise<StreamAnswer>, abort: AbortController) {
    this.callId = call.id;
    this.#answer = answer;
    this.#abort = abort;
    this.result = resultOf(call, answer);
    this.result.catch(() => {});
  }

  /** The texts from the first on, for each loop anew. */
  [Symbol.asyncIterator](): AsyncIterator<string, void, undefined> {
    const texts = this.#texts();
    return {
      next: () => texts.next(),
      return: () => {
        this.cancel();
        return texts.return();
      },
    };
  }

  async *#texts(): AsyncGenerator<string, void, undefined> {
    const answer = await this.#answer;
    for await (const part of answer.parts.read()) {
      if (part.type === "text-delta" && part.delta !== "") yield part.delta;
    }
  }

  /** Aborts the call; the loop and `result` reject with an AbortError. Without effect once the stream has ended. */
  cancel(): void {
    this.#abort.abort(new DOMException("The stream was cancelled by its reader.", "AbortError"));
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
    return sseResponse({
      begun: this.#answer,
      texts: () => this[Symbol.asyncIterator](),
      result: this.result,
      cancel: () => this.cancel(),
    });
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

export function stream(runtime: Runtime, task: string, options: StreamOptions): SeamStream {
  const request = requestOf(task, options);
  const prepared = runtime.prepare({
    ...callOptionsOf(options),
    rule: options.rule,
    task,
    pattern: "stream",
    mode: "stream",
    request,
    accept: refuseRefusals,
  });
  const abort = linkAbort(prepared.signal);
  const call = { ...prepared, signal: abort.controller.signal };
  return new SeamStream(call, sendStream(runtime, call, abort.unlink), abort.controller);
}

/** Sends a call that is answered with a stream; `onEnd` runs when that has ended, however it did. */
export async function sendStream(
  runtime: Runtime,
  call: Call,
  onEnd: () => void = () => {},
): Promise<StreamAnswer> {
  try {
    const answer = await runtime.stream(call);
    void answer.end.then(onEnd);
    return answer;
  } catch (error) {
    onEnd();
    throw error;
  }
}

/** The whole result of a stream, once it has ended. */
export async function wholeOf(answer: StreamAnswer): Promise<LanguageModelV4GenerateResult> {
  const ending = await answer.end;
  if (!ending.ok) throw ending.error;
  return ending.result;
}

async function resultOf(call: Call, answer: Promise<StreamAnswer>): Promise<StreamResult> {
  const result = await wholeOf(await answer);
  return { text: textOf(result.content), ...summarize(call, result) };
}
