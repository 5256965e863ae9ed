import { InvalidOutput, Refused, StreamInterrupted, Truncated } from "../errors.ts";
import { type ErrorContext, SeamError } from "./seam-error.ts";

/** Whether the error judges an answer that came: asking elsewhere is not what it calls for. */
export function isVerdict(error: unknown): boolean {
  return error instanceof Refused || error instanceof Truncated || error instanceof InvalidOutput;
}

/**
 * What a caller who has seen content is told of a failure: a caller's own abort and a verdict on the whole answer
 * stand for themselves, everything else has interrupted the stream.
 */
export function interrupted(error: unknown, text: string, place: ErrorContext): unknown {
  if (!SeamError.is(error)) return error;
  const own = { ...place, attempts: place.attempts ?? error.attempts };
  if (isVerdict(error) || error instanceof StreamInterrupted) return error.with(own);
  return new StreamInterrupted(
    { text, reason: error.summary },
    { ...own, status: error.status, retryAfterMs: error.retryAfterMs, cause: error },
  );
}
