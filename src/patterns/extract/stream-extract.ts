import type { StandardSchemaV1 } from "@standard-schema/spec";
import { Allow, parse } from "partial-json";
import type { Call } from "../../call/call.ts";
import type { Runtime } from "../../runtime.ts";
import { linkAbort } from "../../util/abort.ts";
import { newId } from "../../util/id.ts";
import { sendStream, wholeOf } from "../stream.ts";
import { type ExtractOptions, type ExtractResult, extractionOf, resultOf } from "./extract.ts";
import { runExtraction } from "./extraction.ts";
import { formatOf } from "./format.ts";

/** A value of which any part may still be missing. */
export type DeepPartial<T> = T extends readonly (infer Item)[]
  ? DeepPartial<Item>[]
  : T extends object
    ? { [Key in keyof T]?: DeepPartial<T[Key]> }
    : T;

/**
 * A typed value on its way: iterate it for what is there so far, await `result` for the whole, validated value.
 * Partial values are not validated. When an answer did not fit and the model is asked again, they start anew.
 */
export class ExtractStream<T> implements AsyncIterable<DeepPartial<T>> {
  /** The id of the call's event. */
  readonly callId: string;
  /** The validated value with its call; rejects as `extract` does. */
  readonly result: Promise<ExtractResult<T>>;
  readonly #progress: Progress;
  readonly #abort: AbortController;

  constructor(
    callId: string,
    progress: Progress,
    result: Promise<ExtractResult<T>>,
    abort: AbortController,
  ) {
    this.callId = callId;
    this.#progress = progress;
    this.#abort = abort;
    this.result = result;
    this.result.catch(() => {});
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<DeepPartial<T>, void, undefined> {
    let whole = false;
    try {
      for await (const partial of this.#progress.partials()) yield partial as DeepPartial<T>;
      await this.result;
      whole = true;
    } finally {
      if (!whole) this.cancel();
    }
  }

  /** Aborts the call. Without effect once it has ended. */
  cancel(): void {
    this.#abort.abort(new DOMException("The stream was cancelled by its reader.", "AbortError"));
  }
}

export function streamExtract<Schema extends StandardSchemaV1>(
  runtime: Runtime,
  task: string,
  options: ExtractOptions<Schema>,
): ExtractStream<StandardSchemaV1.InferOutput<Schema>> {
  runtime.rulesOf(task);
  const id = newId();
  const abort = linkAbort(options.signal);
  const progress = new Progress();

  async function run(): Promise<ExtractResult<StandardSchemaV1.InferOutput<Schema>>> {
    try {
      const format = await formatOf(options.schema, options.jsonSchema);
      const own = { ...options, signal: abort.controller.signal };
      const ask = async (call: Call) => {
        const answer = await sendStream(runtime, call);
        progress.begin(format.unwrapPartial);
        for await (const part of answer.parts.read()) {
          if (part.type === "text-delta") progress.add(part.delta);
        }
        return wholeOf(answer);
      };
      const parts = extractionOf(runtime, task, own, format, id, "stream");
      return resultOf(await runExtraction({ ...parts, ask }), id);
    } finally {
      abort.unlink();
      progress.end();
    }
  }

  return new ExtractStream(id, progress, run(), abort.controller);
}

/** The text so far, and everyone who waits for more of it. Slow readers skip what they missed. */
class Progress {
  #text = "";
  #ended = false;
  #unwrap: (value: unknown) => unknown = (value) => value;
  #waiting: (() => void)[] = [];

  begin(unwrap: (value: unknown) => unknown): void {
    this.#text = "";
    this.#unwrap = unwrap;
  }

  add(delta: string): void {
    this.#text += delta;
    this.#wake();
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  async *partials(): AsyncGenerator<unknown, void, undefined> {
    let shown: string | undefined;
    let parsed = { text: "", at: 0 };
    for (;;) {
      const text = this.#text;
      if (text !== parsed.text && (this.#ended || isWorthParsing(text, parsed))) {
        parsed = { text, at: performance.now() };
        const partial = partialOf(text, this.#unwrap);
        if (partial === undefined || partial.json === shown) continue;
        shown = partial.json;
        yield partial.value;
      } else if (this.#ended) {
        return;
      } else {
        await new Promise<void>((wake) => this.#waiting.push(wake));
      }
    }
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }
}

/**
 * Each look at the text reads it whole, so a long one is looked at less often: the work stays in proportion to the
 * length, and a reader still sees about twenty steps a second.
 */
function isWorthParsing(
  text: string,
  last: { readonly text: string; readonly at: number },
): boolean {
  const grown = text.length - last.text.length;
  return grown < 0 || grown > last.text.length / 20 || performance.now() - last.at > 50;
}

/**
 * What can be told of an unfinished JSON text: open strings, arrays and objects count, half numbers do not. A text that
 * cannot be read, or is nested beyond all measure, shows nothing.
 */
function partialOf(
  text: string,
  unwrap: (value: unknown) => unknown,
): { readonly value: unknown; readonly json: string } | undefined {
  const start = text.search(/[{[]/);
  if (start === -1) return undefined;
  try {
    const value = unwrap(parse(text.slice(start), Allow.STR | Allow.ARR | Allow.OBJ));
    const json: string | undefined = JSON.stringify(value);
    return json === undefined ? undefined : { value, json };
  } catch {
    return undefined;
  }
}
