import { faultDefaults } from "../faults/fault.ts";
import {
  type Delivery,
  errorBody,
  head,
  jsonResponse,
  jsonType,
  malformed,
  pingEvery,
  type Step,
  splitWrites,
} from "./steps.ts";

/** A JSON response: the whole answer in one body. */
export function planJson(delivery: Delivery): Step[] {
  const { protocol, request, answer, fault, timing, ids } = delivery;
  const body = JSON.stringify(protocol.message(answer, request, ids));
  const tokens = answer.usage.outputTokens;
  const half = Math.floor(body.length / 2);
  const wait: Step = {
    do: "wait",
    ms: timing.headersMs + timing.firstTokenMs + timing.perTokenMs * Math.max(0, tokens - 1),
  };
  const open = head(200, { ...protocol.headers(ids), ...jsonType });
  const part = (afterTokens: number): Step => {
    const share = Math.min(body.length - 1, Math.ceil((body.length * afterTokens) / (tokens + 1)));
    return { do: "write", data: body.slice(0, share), tokens: Math.min(afterTokens, tokens) };
  };
  switch (fault.type) {
    case "body-silence":
      return [open, { do: "hang" }];
    case "pings-only":
      return [open, { do: "repeat", data: "\n", everyMs: pingEvery(fault) }];
    case "stall":
      return [open, part(fault.afterTokens ?? faultDefaults.stallAfterTokens), { do: "hang" }];
    case "drop": {
      const afterTokens = fault.afterTokens ?? faultDefaults.dropAfterTokens;
      const sized = head(200, {
        ...protocol.headers(ids),
        ...jsonType,
        "content-length": String(Buffer.byteLength(body)),
      });
      return afterTokens === 0
        ? [{ do: "destroy" }]
        : [sized, part(afterTokens), { do: "destroy" }];
    }
    case "clean-end-early":
      return [open, part(fault.afterTokens ?? faultDefaults.endAfterTokens), { do: "end" }];
    case "in-band-error":
      return jsonResponse(protocol, ids, 200, errorBody(delivery, fault.errorType));
    case "malformed-json":
      return jsonResponse(protocol, ids, 200, malformed);
    case "truncated-json":
      return [wait, ...jsonResponse(protocol, ids, 200, body.slice(0, half))];
    case "empty-body":
      return jsonResponse(protocol, ids, 200, "");
    case "split-utf8":
      return [wait, open, ...splitWrites(body, tokens), { do: "end" }];
    default: {
      const [start, ...rest] = jsonResponse(protocol, ids, 200, body);
      const counted = rest.map((step) => (step.do === "write" ? { ...step, tokens } : step));
      return start ? [wait, start, ...counted] : [];
    }
  }
}
