import type { IncomingMessage, ServerResponse } from "node:http";
import { emptyAnswer } from "../draft.ts";
import { faultLabel } from "../faults/fault.ts";
import type { Ledger, OpenRequest } from "../ledger.ts";
import type { Admission, RateLimiter } from "../rate-limit.ts";
import type { ScriptRequest } from "../request.ts";
import type { Simulation, Turn } from "../simulation.ts";
import { anthropic } from "./anthropic.ts";
import { openai } from "./openai.ts";
import { perform } from "./perform.ts";
import { planResponse } from "./plan-response.ts";
import { type AnswerIds, InvalidBody, type WireProtocol } from "./protocol.ts";
import { readJsonBody } from "./read-body.ts";
import { answerOtherRoutes } from "./routes.ts";
import { problemResponse, type Step } from "./steps.ts";
import { visibleHeaders } from "./visible-headers.ts";

/** What requests are served from. */
export interface Desk {
  readonly simulation: Simulation;
  readonly ledger: Ledger;
  readonly limiter: RateLimiter | undefined;
  /** Aborts when the simulator closes. */
  readonly closing: AbortSignal;
}

const protocols: readonly WireProtocol[] = [anthropic, openai];

/** Serves one HTTP request after another. The returned function never rejects. */
export function createRequestHandler(
  desk: Desk,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  let served = 0;
  return async (request, response) => {
    // A vanished client is noticed by the close event; a failing write says nothing new.
    response.on("error", () => {});
    const path = (request.url ?? "/").split("?")[0] ?? "/";
    const protocol = protocols.find((candidate) => candidate.path === path);
    if (!protocol || request.method !== "POST") {
      answerOtherRoutes(request, response, path);
      return;
    }
    const serial = `sim${String(++served).padStart(6, "0")}`;
    try {
      const arrival = await receive(desk, protocol, request);
      await serve(desk, { ...arrival, ids: { serial, requestId: `req_${serial}` } }, response);
    } catch {
      response.destroy();
    }
  };
}

/** A request that has arrived whole: it can be answered, is too much, or the provider would refuse it. */
interface Arrival {
  readonly protocol: WireProtocol;
  readonly entry: OpenRequest;
  readonly accepted: { readonly request: ScriptRequest; readonly turn: Turn } | undefined;
  readonly admission: Admission | undefined;
  readonly complaint: string;
}

async function receive(
  desk: Desk,
  protocol: WireProtocol,
  message: IncomingMessage,
): Promise<Arrival> {
  const { body, complaint: unreadable } = await readJsonBody(message);
  const { request, complaint } =
    unreadable === undefined
      ? parse(protocol, body, message)
      : { request: undefined, complaint: unreadable };
  const admission = request && desk.limiter?.(request);
  const isLet = admission?.retryAfterMs === undefined;
  const turn = request && isLet ? desk.simulation.take(request) : undefined;
  const entry = desk.ledger.open({
    protocol: protocol.name,
    model: request?.model ?? "",
    stream: request?.stream ?? false,
    task: request?.task,
    receivedAt: performance.now(),
    receivedDate: new Date(),
    body,
    headers: visibleHeaders(message.headers),
    fault: turn ? faultLabel(turn.fault) : "none",
    answer: undefined,
    status: undefined,
    bytesSent: 0,
    tokensSent: 0,
    closedByClient: false,
    finishedAt: undefined,
  });
  return { protocol, entry, accepted: turn && request && { request, turn }, admission, complaint };
}

function parse(
  protocol: WireProtocol,
  body: unknown,
  message: IncomingMessage,
): { request: ScriptRequest | undefined; complaint: string } {
  try {
    return { request: protocol.readRequest(body, message.headers), complaint: "" };
  } catch (error) {
    if (error instanceof InvalidBody) return { request: undefined, complaint: error.message };
    throw error;
  }
}

async function serve(
  desk: Desk,
  arrival: Arrival & { readonly ids: AnswerIds },
  response: ServerResponse,
): Promise<void> {
  const { entry } = arrival;
  const gone = new AbortController();
  let complete = false;
  const onClosing = () => gone.abort();
  desk.closing.addEventListener("abort", onClosing, { once: true });
  response.once("close", () => {
    entry.closedByClient = !complete && !desk.closing.aborted;
    gone.abort();
  });
  try {
    const steps = await planFor(arrival);
    await perform(steps, response, gone.signal, {
      onHead: (status) => {
        entry.status = status;
      },
      onWrite: (bytes, tokens) => {
        entry.bytesSent += bytes;
        entry.tokensSent += tokens;
      },
    });
    complete = !gone.signal.aborted;
  } finally {
    desk.closing.removeEventListener("abort", onClosing);
    desk.ledger.close(entry);
  }
}

async function planFor(arrival: Arrival & { readonly ids: AnswerIds }): Promise<Step[]> {
  const { accepted, admission, entry, ids, complaint } = arrival;
  const protocol = telling(arrival.protocol, admission);
  if (admission?.retryAfterMs !== undefined) {
    return problemResponse(protocol, protocol.problemOf(429), ids);
  }
  if (!accepted) {
    return problemResponse(protocol, { ...protocol.problemOf(400), message: complaint }, ids);
  }
  const { request, turn } = accepted;
  try {
    entry.answer = await turn.answer();
  } catch (error) {
    const message = `The simulator's script could not reply: ${reason(error)}`;
    return problemResponse(protocol, { ...protocol.problemOf(500), message }, ids);
  }
  const answer = entry.answer ?? emptyAnswer;
  admission?.settle(answer.usage.inputTokens + answer.usage.outputTokens);
  const { fault, timing } = turn;
  return planResponse({ protocol, request, answer, fault, timing, ids });
}

/** The protocol with what is left of the limits in each response. */
function telling(protocol: WireProtocol, admission: Admission | undefined): WireProtocol {
  if (admission === undefined) return protocol;
  const headers = protocol.rateLimitHeaders(admission.levels(), admission.retryAfterMs);
  return { ...protocol, headers: (ids) => ({ ...protocol.headers(ids), ...headers }) };
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
