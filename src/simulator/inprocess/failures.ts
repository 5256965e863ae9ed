import { APICallError } from "@ai-sdk/provider";
import { type FaultSpec, faultDefaults, type StatusFault } from "../faults/fault.ts";
import { anthropic } from "../wire/anthropic.ts";
import { retryHeaders } from "../wire/plan-response.ts";
import type { ApiProblem } from "../wire/protocol.ts";
import { inBandProblem } from "../wire/steps.ts";

const url = "simulator:in-process";
const ids = { serial: "sim", requestId: "req_sim" };

/** The error a provider package rejects with when an HTTP error arrives; undefined for other faults. */
export function httpFailure(fault: FaultSpec): APICallError | undefined {
  switch (fault.type) {
    case "status":
      return statusFailure(fault);
    case "quota-exhausted":
      return failure(anthropic.quotaExhausted);
    case "context-too-long":
      return failure(anthropic.contextTooLong);
    default:
      return undefined;
  }
}

function statusFailure(fault: StatusFault): APICallError {
  const problem = anthropic.problemOf(fault.status ?? faultDefaults.status);
  const { message = problem.message, errorType: type = problem.type } = fault;
  return failure({ ...problem, message, type }, retryHeaders(fault), fault.body);
}

function failure(
  problem: ApiProblem,
  responseHeaders: Record<string, string> = {},
  body: unknown = anthropic.errorBody(problem, ids),
): APICallError {
  return new APICallError({
    message: problem.message,
    url,
    requestBodyValues: {},
    statusCode: problem.status,
    responseHeaders,
    responseBody: typeof body === "string" ? body : JSON.stringify(body),
  });
}

/** The error of a connection that broke: before the response, or inside its body. */
export function networkFailure(where: "before" | "inside"): APICallError {
  const cause = Object.assign(new Error("other side closed"), { code: "UND_ERR_SOCKET" });
  const shared = { url, requestBodyValues: {}, cause, isRetryable: true };
  return where === "before"
    ? new APICallError({ ...shared, message: `Cannot connect to API: ${cause.message}` })
    : new APICallError({
        ...shared,
        message: "Failed to process successful response",
        statusCode: 200,
      });
}

/** The error of a successful response whose body cannot be read as an answer. */
export function unreadableFailure(fault: FaultSpec): APICallError {
  const isError = fault.type === "error-200" || fault.type === "in-band-error";
  const body = isError ? JSON.stringify(errorBody(fault.errorType)) : "";
  return new APICallError({
    message: "Invalid JSON response",
    url,
    requestBodyValues: {},
    statusCode: 200,
    responseBody: body,
  });
}

/** An error that arrives as the first event of a stream. */
export function firstEventFailure(fault: FaultSpec & { type: "in-band-error" }): APICallError {
  return failure(inBandProblem(anthropic, fault.errorType));
}

/** What an error part carries when the provider reports an error inside a stream. */
export function streamError(fault: FaultSpec & { type: "in-band-error" }): object {
  const { status: statusCode, type, message } = inBandProblem(anthropic, fault.errorType);
  return { type, message, statusCode, isRetryable: statusCode === 429 || statusCode >= 500 };
}

function errorBody(type: Parameters<typeof inBandProblem>[1]): unknown {
  return anthropic.errorBody(inBandProblem(anthropic, type), ids);
}
