import type { ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ErrorCode } from "../call/error-code.ts";
import { SeamError } from "../call/seam-error.ts";

/** A stream of texts as its HTTP response needs it. */
export interface SseSource {
  /** Settles when the first content is there, or the call has failed. */
  readonly begun: Promise<unknown>;
  texts(): AsyncIterator<string>;
  /** What the last event tells, when all is well. */
  done(): Promise<unknown>;
  cancel(): void;
}

const statusOf: Partial<Record<ErrorCode, number>> = {
  ContextTooLong: 413,
  Refused: 422,
  BudgetExceeded: 429,
  Busy: 409,
  StoreUnavailable: 503,
  RateLimited: 503,
  QuotaExhausted: 503,
  Overloaded: 503,
  ProviderUnavailable: 503,
  DeadlineExceeded: 504,
};

const sseHeaders = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-cache, no-transform",
  "x-accel-buffering": "no",
};

export async function sseResponse(source: SseSource): Promise<Response> {
  try {
    await source.begun;
  } catch (error) {
    return errorResponse(error);
  }
  return new Response(sseBody(source), { headers: sseHeaders });
}

/** Writes a web response to a Node one. A client that leaves is no error. */
export async function sendToNode(from: Response, to: ServerResponse): Promise<void> {
  to.writeHead(from.status, Object.fromEntries(from.headers));
  if (from.body === null) {
    to.end();
    return;
  }
  try {
    await pipeline(Readable.fromWeb(from.body), to);
  } catch (error) {
    if (!to.destroyed) throw error;
  }
}

function sseBody({ texts, done: whole, cancel }: SseSource): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const iterator = texts();
  const event = (name: string | undefined, data: unknown): Uint8Array =>
    encoder.encode(
      `${name === undefined ? "" : `event: ${name}\n`}data: ${JSON.stringify(data)}\n\n`,
    );
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await iterator.next();
        if (done !== true) {
          controller.enqueue(event(undefined, { text: value }));
          return;
        }
        controller.enqueue(event("done", await whole()));
      } catch (error) {
        controller.enqueue(event("error", publicError(error)));
      }
      controller.close();
    },
    cancel,
  });
}

function errorResponse(error: unknown): Response {
  const retryAfterMs = SeamError.is(error) ? error.retryAfterMs : undefined;
  return Response.json(
    { error: publicError(error) },
    {
      status: (SeamError.is(error) ? statusOf[error.code] : undefined) ?? 500,
      headers:
        retryAfterMs === undefined
          ? {}
          : { "retry-after": String(Math.ceil(retryAfterMs / 1_000)) },
    },
  );
}

/** What a client of the team's own service may know: the code and the call's id, not the provider's words. */
function publicError(error: unknown): { code: string; callId?: string } {
  if (!SeamError.is(error)) return { code: "Aborted" };
  return { code: error.code, ...(error.callId !== undefined && { callId: error.callId }) };
}
