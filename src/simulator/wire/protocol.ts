import type { IncomingHttpHeaders } from "node:http";
import type { Answer } from "../draft.ts";
import type { Levels } from "../rate-limit.ts";
import type { ScriptRequest } from "../request.ts";

/** An error as the provider would report it. */
export interface ApiProblem {
  readonly status: number;
  readonly message: string;
  readonly type: string;
  readonly code?: string | null;
  readonly param?: string | null;
}

/** One server-sent event, ready to be written. */
export interface Frame {
  readonly text: string;
  /** Where it belongs: before the content, content, or what ends a complete answer. */
  readonly part: "opening" | "content" | "closing";
  /** Tokens of the answer it carries. */
  readonly tokens: number;
}

/** Identifies one answer. */
export interface AnswerIds {
  /** Unique in a simulator, the same in every run: part of all ids of the answer. */
  readonly serial: string;
  /** Sent in the protocol's request-id header. */
  readonly requestId: string;
}

/** All that differs between the providers' HTTP interfaces. */
export interface WireProtocol {
  readonly name: "anthropic" | "openai";
  readonly path: string;
  /** Reads a request body; throws {@link InvalidBody} with the provider's complaint. */
  readRequest(body: unknown, headers: IncomingHttpHeaders): ScriptRequest;
  /** Headers of every response. */
  headers(ids: AnswerIds): Readonly<Record<string, string>>;
  /** Headers that tell what is left of the rate limits, and how soon to come back. */
  rateLimitHeaders(levels: Levels, retryAfterMs: number | undefined): Record<string, string>;
  /** The JSON body of a complete answer. */
  message(answer: Answer, request: ScriptRequest, ids: AnswerIds): unknown;
  /** The events of a streamed answer. */
  frames(answer: Answer, request: ScriptRequest, ids: AnswerIds): readonly Frame[];
  /** Keeps a stream open and says nothing. */
  readonly ping: string;
  /** One event around data that may be anything. */
  frameAround(data: string): string;
  /** The JSON body of an error. */
  errorBody(problem: ApiProblem, ids: AnswerIds): unknown;
  /** An error inside a stream. */
  errorFrame(problem: ApiProblem, ids: AnswerIds): string;
  /** The provider's own wording for a status. */
  problemOf(status: number): ApiProblem;
  readonly quotaExhausted: ApiProblem;
  readonly contextTooLong: ApiProblem;
}

/** `Retry-After` in whole seconds. */
export function retryAfter(ms: number | undefined): Record<string, string> {
  return ms === undefined ? {} : { "retry-after": String(Math.ceil(ms / 1_000)) };
}

/** A request the provider would refuse with 400. */
export class InvalidBody extends Error {
  override readonly name: string = "InvalidBody";
}
