import type { Answer } from "../draft.ts";
import { type FaultSpec, faultDefaults, type InBandErrorType } from "../faults/fault.ts";
import type { Timing } from "../pace.ts";
import type { ScriptRequest } from "../request.ts";
import type { AnswerIds, ApiProblem, WireProtocol } from "./protocol.ts";
import { splitBytes } from "./split-bytes.ts";

/** One thing the server does with a response. A response is a list of these, fully planned ahead. */
export type Step =
  | { readonly do: "wait"; readonly ms: number }
  | {
      readonly do: "head";
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
    }
  | { readonly do: "write"; readonly data: string | Uint8Array; readonly tokens: number }
  /** Writes the same data again and again until the client leaves. */
  | { readonly do: "repeat"; readonly data: string; readonly everyMs: number }
  /** Leaves the connection open and says nothing more. */
  | { readonly do: "hang" }
  /** Closes the connection without ending the response. */
  | { readonly do: "destroy" }
  | { readonly do: "end" };

/** All that a response is planned from. */
export interface Delivery {
  readonly protocol: WireProtocol;
  readonly request: ScriptRequest;
  readonly answer: Answer;
  readonly fault: FaultSpec;
  readonly timing: Timing;
  readonly ids: AnswerIds;
}

/** Content type of JSON responses. */
export const jsonType = { "content-type": "application/json" };
/** An error response in the protocol's own shape. */
export function problemResponse(
  protocol: WireProtocol,
  problem: ApiProblem,
  ids: AnswerIds,
  headers: Readonly<Record<string, string>> = {},
): Step[] {
  const body = JSON.stringify(protocol.errorBody(problem, ids));
  return jsonResponse(protocol, ids, problem.status, body, headers);
}

/** A complete response with a JSON body. */
export function jsonResponse(
  protocol: WireProtocol,
  ids: AnswerIds,
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): Step[] {
  const length = { "content-length": String(Buffer.byteLength(body)) };
  return [
    head(status, { ...protocol.headers(ids), ...jsonType, ...length, ...headers }),
    { do: "write", data: body, tokens: 0 },
    { do: "end" },
  ];
}

/** The response's status and headers. */
export function head(status: number, headers: Readonly<Record<string, string>>): Step {
  return { do: "head", status, headers };
}

/** An error as JSON, for a response that claims success. */
export function errorBody({ protocol, ids }: Delivery, type?: InBandErrorType): string {
  return JSON.stringify(protocol.errorBody(inBandProblem(protocol, type), ids));
}

const statusOfError: Readonly<Record<InBandErrorType, number>> = {
  overloaded_error: 529,
  api_error: 500,
  rate_limit_error: 429,
  invalid_request_error: 400,
};

/** The error that is reported inside a successful response. */
export function inBandProblem(
  protocol: WireProtocol,
  type: InBandErrorType = faultDefaults.errorType,
): ApiProblem {
  return protocol.problemOf(statusOfError[type]);
}

/** What a broken server sends in place of JSON. */
export const malformed = '{"id": undefined, <<this is not JSON>>';

/** Writes whose ends fall inside characters and lines. */
export function splitWrites(text: string, tokens: number): Step[] {
  return splitBytes(text).flatMap((data, index): Step[] => [
    { do: "write", data, tokens: index === 0 ? tokens : 0 },
    { do: "wait", ms: 1 },
  ]);
}

/** Milliseconds between two pings. */
export function pingEvery(fault: { readonly everyMs?: number }): number {
  return fault.everyMs ?? faultDefaults.pingEveryMs;
}
