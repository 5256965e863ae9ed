import { type Answer, argumentsOf } from "../draft.ts";
import type { ScriptRequest } from "../request.ts";
import { splitTokens } from "../tokens.ts";
import { readAnthropicRequest } from "./anthropic-request.ts";
import { type AnswerIds, type Frame, retryAfter, type WireProtocol } from "./protocol.ts";

const stopReasons = {
  stop: "end_turn",
  length: "max_tokens",
  refusal: "refusal",
  "tool-calls": "tool_use",
} as const;

const errorTypes: Readonly<Record<number, readonly [type: string, message: string]>> = {
  400: ["invalid_request_error", "The request is invalid."],
  401: ["authentication_error", "invalid x-api-key"],
  403: ["permission_error", "Your API key does not have permission to use this resource."],
  404: ["not_found_error", "The requested resource could not be found."],
  408: ["timeout_error", "Request timeout"],
  409: ["conflict_error", "The request conflicts with another one."],
  413: ["request_too_large", "Request exceeds the maximum allowed number of bytes."],
  422: ["invalid_request_error", "The request could not be processed."],
  425: ["api_error", "Too early"],
  429: ["rate_limit_error", "Number of requests has exceeded your rate limit."],
  503: ["api_error", "Service unavailable"],
  504: ["timeout_error", "Request timed out"],
  529: ["overloaded_error", "Overloaded"],
};

/** Anthropic Messages: `POST /v1/messages`. */
export const anthropic: WireProtocol = {
  name: "anthropic",
  path: "/v1/messages",
  readRequest: readAnthropicRequest,
  headers: (ids) => ({ "request-id": ids.requestId }),
  rateLimitHeaders: (levels, retryAfterMs) => ({
    ...Object.fromEntries(
      Object.entries(levels).flatMap(([unit, { limit, remaining, resetMs }]) => [
        [`anthropic-ratelimit-${unit}-limit`, String(limit)],
        [`anthropic-ratelimit-${unit}-remaining`, String(remaining)],
        [`anthropic-ratelimit-${unit}-reset`, new Date(Date.now() + resetMs).toISOString()],
      ]),
    ),
    ...retryAfter(retryAfterMs),
  }),
  message: (answer, request, ids) => ({
    ...envelope(request, ids),
    content: contentBlocks(answer, ids),
    ...ending(answer),
    usage: { ...inputUsage(answer), ...outputUsage(answer) },
  }),
  frames: streamFrames,
  ping: event("ping", { type: "ping" }),
  frameAround: (data) => `event: content_block_delta\ndata: ${data}\n\n`,
  errorBody: (problem, ids) => ({
    type: "error",
    error: { type: problem.type, message: problem.message },
    request_id: ids.requestId,
  }),
  errorFrame: (problem, ids) => event("error", anthropic.errorBody(problem, ids)),
  problemOf: (status) => {
    const [type, message] = errorTypes[status] ?? ["api_error", "Internal server error"];
    return { status, type, message };
  },
  quotaExhausted: {
    status: 400,
    type: "invalid_request_error",
    message:
      "Your credit balance is too low to access the Anthropic API. " +
      "Please go to Plans & Billing to upgrade or purchase credits.",
  },
  contextTooLong: {
    status: 400,
    type: "invalid_request_error",
    message: "prompt is too long: 205000 tokens > 200000 maximum",
  },
};

function envelope(request: ScriptRequest, ids: AnswerIds): object {
  return { id: `msg_${ids.serial}`, type: "message", role: "assistant", model: request.model };
}

function ending(answer: Answer): object {
  const refused = answer.finish === "refusal";
  return {
    stop_reason: stopReasons[answer.finish],
    stop_sequence: null,
    stop_details: refused ? { type: "refusal", category: null, explanation: null } : null,
  };
}

function inputUsage({ usage }: Answer): object {
  return {
    input_tokens: Math.max(0, usage.inputTokens - usage.cachedInputTokens - usage.cacheWriteTokens),
    cache_creation_input_tokens: usage.cacheWriteTokens,
    cache_creation: {
      ephemeral_5m_input_tokens: usage.cacheWriteTokens - usage.hourWriteTokens,
      ephemeral_1h_input_tokens: usage.hourWriteTokens,
    },
    cache_read_input_tokens: usage.cachedInputTokens,
  };
}

function outputUsage({ usage }: Answer): object {
  const details = { thinking_tokens: usage.reasoningTokens };
  return {
    output_tokens: usage.outputTokens,
    ...(usage.reasoningTokens > 0 ? { output_tokens_details: details } : {}),
  };
}

function contentBlocks(answer: Answer, ids: AnswerIds): object[] {
  return [
    ...(answer.reasoning === ""
      ? []
      : [{ type: "thinking", thinking: answer.reasoning, signature: "simulated" }]),
    ...(answer.text === "" ? [] : [{ type: "text", text: answer.text }]),
    ...answer.toolCalls.map((call, index) => ({
      type: "tool_use",
      id: toolId(ids, index),
      name: call.name,
      input: call.arguments,
    })),
  ];
}

function toolId(ids: AnswerIds, index: number): string {
  return `toolu_${ids.serial}_${index}`;
}

function streamFrames(answer: Answer, request: ScriptRequest, ids: AnswerIds): Frame[] {
  const message = {
    ...envelope(request, ids),
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { ...inputUsage(answer), output_tokens: 1 },
  };
  const usage = { ...inputUsage(answer), ...outputUsage(answer) };
  return [
    frame("opening", "message_start", { type: "message_start", message }),
    frame("opening", "ping", { type: "ping" }),
    ...blocksOf(answer, ids).flatMap(blockFrames),
    frame("closing", "message_delta", { type: "message_delta", delta: ending(answer), usage }),
    frame("closing", "message_stop", { type: "message_stop" }),
  ];
}

interface Block {
  readonly start: object;
  readonly pieces: readonly string[];
  readonly delta: (piece: string) => object;
  readonly last?: object;
}

function blocksOf(answer: Answer, ids: AnswerIds): Block[] {
  const thinking: Block = {
    start: { type: "thinking", thinking: "", signature: "" },
    pieces: splitTokens(answer.reasoning),
    delta: (piece) => ({ type: "thinking_delta", thinking: piece }),
    last: { type: "signature_delta", signature: "simulated" },
  };
  const text: Block = {
    start: { type: "text", text: "" },
    pieces: splitTokens(answer.text),
    delta: (piece) => ({ type: "text_delta", text: piece }),
  };
  const tools = answer.toolCalls.map(
    (call, index): Block => ({
      start: { type: "tool_use", id: toolId(ids, index), name: call.name, input: {} },
      pieces: splitTokens(argumentsOf(call)),
      delta: (piece) => ({ type: "input_json_delta", partial_json: piece }),
    }),
  );
  return [
    ...(answer.reasoning === "" ? [] : [thinking]),
    ...(answer.text === "" ? [] : [text]),
    ...tools,
  ];
}

function blockFrames(block: Block, index: number): Frame[] {
  const deltas = block.pieces.map((piece) => delta(index, block.delta(piece), 1));
  const start = { type: "content_block_start", index, content_block: block.start };
  return [
    frame("content", "content_block_start", start),
    ...deltas,
    ...(block.last ? [delta(index, block.last, 0)] : []),
    frame("content", "content_block_stop", { type: "content_block_stop", index }),
  ];
}

function delta(index: number, change: object, tokens: number): Frame {
  const data = { type: "content_block_delta", index, delta: change };
  return frame("content", "content_block_delta", data, tokens);
}

function frame(part: Frame["part"], name: string, data: object, tokens = 0): Frame {
  return { part, tokens, text: event(name, data) };
}

function event(name: string, data: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
