import type { LanguageModelV4GenerateResult } from "@ai-sdk/provider";
import type { Continuation } from "./continuation.ts";
import type { PartLog } from "./part-log.ts";

/** How a call ended: with a whole result or an error. */
export type Ending =
  | { readonly ok: true; readonly result: LanguageModelV4GenerateResult }
  | {
      readonly ok: false;
      readonly error: unknown;
      /** The text that had arrived, where a part of the answer had. */
      readonly text?: string | undefined;
    };

/** What a call is answered with: a whole result, or a stream whose first content has arrived. */
export type Answer = WholeAnswer | StreamAnswer;

export interface WholeAnswer {
  readonly mode: "generate";
  readonly result: LanguageModelV4GenerateResult;
}

export interface StreamAnswer {
  readonly mode: "stream";
  /** Every part so far and to come; any number of readers may follow it from its start. */
  readonly parts: PartLog;
  /** Settles when the stream has ended, however it ended; never rejects. */
  readonly end: Promise<Ending>;
  /** What the stream goes on from, when it is no answer of its own. */
  readonly continuation?: Continuation | undefined;
}

/** Resolves when the answer is whole, or a stream has ended otherwise. */
export async function endOf(answer: Answer): Promise<void> {
  if (answer.mode === "stream") await answer.end;
}

/** Calls `done` when the answer is whole: at once for a whole one, at the stream's end otherwise. */
export function whenEnded(answer: Answer, done: (ending: Ending) => void): void {
  if (answer.mode === "generate") done({ ok: true, result: answer.result });
  else void answer.end.then(done);
}
