import type { LanguageModelV4GenerateResult } from "@ai-sdk/provider";
import type { StreamAnswer } from "../call/answer.ts";
import { textOf } from "../call/assemble.ts";
import type { Call } from "../call/call.ts";
import type { Runtime } from "../runtime.ts";
import { linkAbort } from "../util/abort.ts";
import { askedOf, callOptionsOf, type PromptOptions, type RuleOption } from "./prompt.ts";
import { type CallSummary, refuseRefusals, summarize } from "./result.ts";
import { TextStream } from "./text-stream.ts";

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
export class SeamStream extends TextStream<StreamResult> {
  /** The id of the call's event. */
  readonly callId: string;

  constructor(call: Call, answer: Promise<StreamAnswer>, abort: AbortController) {
    super({
      begun: answer,
      texts: async function* () {
        yield* textsOf(await answer);
      },
      result: resultOf(call, answer),
      abort,
    });
    this.callId = call.id;
  }
}

export function stream(runtime: Runtime, task: string, options: StreamOptions): SeamStream {
  const prepared = runtime.prepare({
    ...callOptionsOf(options),
    rule: options.rule,
    task,
    pattern: "stream",
    mode: "stream",
    ...askedOf(task, options),
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

/** The texts of a stream, from the first on. */
export async function* textsOf({ parts }: StreamAnswer): AsyncGenerator<string, void, undefined> {
  for await (const part of parts.read()) {
    if (part.type === "text-delta" && part.delta !== "") yield part.delta;
  }
}

async function resultOf(call: Call, answer: Promise<StreamAnswer>): Promise<StreamResult> {
  const result = await wholeOf(await answer);
  return { text: textOf(result.content), ...summarize(call, result) };
}
