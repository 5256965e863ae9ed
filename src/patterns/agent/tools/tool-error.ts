import { scrubSecrets } from "../../../call/secrets.ts";
import type { ToolEffect } from "../../../call/tool-record.ts";
import { formatDuration } from "../../../util/duration.ts";
import { ToolFailure } from "./tool-failure.ts";

/** An error as the event keeps it: all that is known, but no stack, and no secret. */
export interface RecordedError {
  readonly name: string;
  readonly message: string;
}

const deepestCause = 8;

/** The error with its causes. */
export function recordedError(error: unknown): RecordedError {
  const chain = [error];
  while (chain.length < deepestCause) {
    const cause = causeOf(chain.at(-1));
    if (cause === undefined || chain.includes(cause)) break;
    chain.push(cause);
  }
  const [message, ...causes] = chain.map(messageOf);
  const said = causes.map((text, index) => `caused by ${nameOf(chain[index + 1])}: ${text}`);
  return { name: nameOf(error), message: scrubSecrets([message, ...said].join("; ")) };
}

function causeOf(error: unknown): unknown {
  if (!(error instanceof Error)) return undefined;
  return error.cause ?? (error instanceof AggregateError ? error.errors[0] : undefined);
}

/** What the author of the tool says to the model; `undefined` for any other error. */
export function failureText(error: unknown): string | undefined {
  return error instanceof ToolFailure ? error.message : undefined;
}

/** What the model is told of an error that may hold anything. */
export function failedSentence(name: string): string {
  return `The tool ${name} failed.`;
}

export function timedOutSentence(name: string, effect: ToolEffect, timeoutMs: number): string {
  const outcome = effect === "read" ? "" : " Whether it took effect is not known.";
  return `The tool ${name} took longer than ${formatDuration(timeoutMs)} and was stopped.${outcome}`;
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}

/** Anything can be thrown, also what cannot be made a text of. */
function messageOf(error: unknown): string {
  try {
    return error instanceof Error ? error.message : String(error);
  } catch {
    return "(no message)";
  }
}
