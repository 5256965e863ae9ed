import { faultDefaults, type StatusFault } from "../faults/fault.ts";
import { planJson } from "./plan-json.ts";
import { planStream } from "./plan-stream.ts";
import type { AnswerIds, WireProtocol } from "./protocol.ts";
import { type Delivery, errorBody, jsonResponse, problemResponse, type Step } from "./steps.ts";

/** Plans the response to one request under its fault. */
export function planResponse(delivery: Delivery): Step[] {
  const { fault, protocol, request, ids } = delivery;
  switch (fault.type) {
    case "status":
      return statusResponse(protocol, fault, ids);
    case "quota-exhausted":
      return problemResponse(protocol, protocol.quotaExhausted, ids);
    case "context-too-long":
      return problemResponse(protocol, protocol.contextTooLong, ids);
    case "error-200":
      return jsonResponse(protocol, ids, 200, errorBody(delivery, fault.errorType));
    case "header-silence":
      return [{ do: "hang" }];
    default:
      return request.stream ? planStream(delivery) : planJson(delivery);
  }
}

function statusResponse(protocol: WireProtocol, fault: StatusFault, ids: AnswerIds): Step[] {
  const problem = protocol.problemOf(fault.status ?? faultDefaults.status);
  const headers = retryHeaders(fault);
  if (fault.body !== undefined) {
    const body = typeof fault.body === "string" ? fault.body : JSON.stringify(fault.body);
    return jsonResponse(protocol, ids, problem.status, body, headers);
  }
  const { message = problem.message, errorType: type = problem.type } = fault;
  return problemResponse(protocol, { ...problem, message, type }, ids, headers);
}

/** The headers that say when to come back. */
export function retryHeaders(fault: StatusFault): Record<string, string> {
  return {
    ...(fault.retryAfter === undefined ? {} : { "retry-after": String(fault.retryAfter) }),
    ...(fault.retryAfterMs === undefined ? {} : { "retry-after-ms": String(fault.retryAfterMs) }),
  };
}
