import { InvalidOutput, Refused, StreamInterrupted, Truncated } from "../errors.ts";
import { type ErrorContext, SeamError } from "./seam-error.ts";

/**
 * What a caller who has seen content is told of a failure: a caller's own abort and a verdict on the whole answer
 * stand for themselves, everything else has interrupted the stream.
 */
export function interrupted(error: unknown, text: string, place: ErrorContext): unknown {
  if (!SeamError.is(error)) return error;
  const own = { ...place, attempts: place.attempts ?? error.attempts };
  if (error instanceof Refused || error instanceof Truncated || error instanceof InvalidOutput) {
    return error.with(own);
  }
  if (error instanceof StreamInterrupted) return error.with(own);
  return new StreamInterrupted(
    { text, reason: error.summary },
    { ...own, status: error.status, retryAfterMs: error.retryAfterMs, cause: error },
  );
}
