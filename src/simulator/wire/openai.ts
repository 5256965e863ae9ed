import { type Answer, argumentsOf } from "../draft.ts";
import { isRecord, type ScriptRequest } from "../request.ts";
import { splitTokens } from "../tokens.ts";
import { readOpenAIRequest } from "./openai-request.ts";
import {
  type AnswerIds,
  type ApiProblem,
  type Frame,
  retryAfter,
  type WireProtocol,
} from "./protocol.ts";

/** All answers carry this time, so that the same run gives the same bytes. */
const created = 1_767_225_600;

type ProblemParts = readonly [type: string, code: string | null, message: string];

const problems: Readonly<Record<number, ProblemParts>> = {
  400: ["invalid_request_error", null, "The request is invalid."],
  401: ["invalid_request_error", "invalid_api_key", "Incorrect API key provided."],
  403: ["invalid_request_error", "permission_denied", "You are not allowed to use this model."],
  404: ["invalid_request_error", "model_not_found", "The model does not exist."],
  408: ["server_error", "request_timeout", "The request timed out."],
  409: ["invalid_request_error", "conflict", "The resource was changed by another request."],
  413: ["invalid_request_error", "request_too_large", "The request is too large."],
  422: ["invalid_request_error", null, "The request could not be processed."],
  425: ["invalid_request_error", "too_early", "Too early."],
  429: ["requests", "rate_limit_exceeded", "Rate limit reached for requests."],
  503: ["server_error", null, "The engine is currently overloaded, please try again later."],
  529: ["server_error", "overloaded", "The engine is currently overloaded."],
};

/** OpenAI Chat Completions: `POST /v1/chat/completions`. */
export const openai: WireProtocol = {
  name: "openai",
  path: "/v1/chat/completions",
  readRequest: readOpenAIRequest,
  headers: (ids) => ({ "x-request-id": ids.requestId, "openai-version": "2020-10-01" }),
  rateLimitHeaders: (levels, retryAfterMs) => ({
    ...Object.fromEntries(
      Object.entries(levels).flatMap(([unit, { limit, remaining, resetMs }]) => [
        [`x-ratelimit-limit-${unit}`, String(limit)],
        [`x-ratelimit-remaining-${unit}`, String(remaining)],
        [`x-ratelimit-reset-${unit}`, goDuration(resetMs)],
      ]),
    ),
    ...retryAfter(retryAfterMs),
    ...(retryAfterMs !== undefined && { "retry-after-ms": String(Math.ceil(retryAfterMs)) }),
  }),
  message: (answer, request, ids) => ({
    ...envelope("chat.completion", request, ids),
    choices: [
      {
        index: 0,
        message: messageOf(answer, request, ids),
        logprobs: null,
        finish_reason: finishReason(answer, request),
      },
    ],
    usage: usageOf(answer),
  }),
  frames: streamFrames,
  ping: ": keep-alive\n\n",
  frameAround: data,
  errorBody: (problem) => ({
    error: {
      message: problem.message,
      type: problem.type,
      param: problem.param ?? null,
      code: problem.code ?? null,
    },
  }),
  errorFrame: (problem, ids) => data(JSON.stringify(openai.errorBody(problem, ids))),
  problemOf,
  quotaExhausted: {
    status: 429,
    type: "insufficient_quota",
    code: "insufficient_quota",
    message: "You exceeded your current quota, please check your plan and billing details.",
  },
  contextTooLong: {
    status: 400,
    type: "invalid_request_error",
    code: "context_length_exceeded",
    param: "messages",
    message:
      "This model's maximum context length is 128000 tokens. However, your messages resulted in " +
      "130000 tokens. Please reduce the length of the messages.",
  },
};

/** `20ms`, `1.5s`, `6m0s`: as Go prints them. */
function goDuration(ms: number): string {
  if (ms < 1_000) return `${Math.ceil(ms)}ms`;
  const minutes = Math.floor(ms / 60_000);
  const seconds = Number(((ms - minutes * 60_000) / 1_000).toFixed(3));
  return minutes > 0 ? `${minutes}m${seconds}s` : `${seconds}s`;
}

function problemOf(status: number): ApiProblem {
  const [type, code, message] = problems[status] ?? [
    "server_error",
    null,
    "The server had an error.",
  ];
  return { status, type, code, message };
}

function envelope(object: string, request: ScriptRequest, ids: AnswerIds): object {
  return { id: `chatcmpl-${ids.serial}`, object, created, model: request.model };
}

/** Structured requests are refused in a field of its own, free text by the content filter. */
function refusesInField(answer: Answer, request: ScriptRequest): boolean {
  return answer.finish === "refusal" && request.schema !== undefined;
}

function finishReason(answer: Answer, request: ScriptRequest): string {
  if (answer.finish === "refusal") {
    return refusesInField(answer, request) ? "stop" : "content_filter";
  }
  return answer.finish === "tool-calls" ? "tool_calls" : answer.finish;
}

function messageOf(answer: Answer, request: ScriptRequest, ids: AnswerIds): object {
  const refused = refusesInField(answer, request);
  const calls = answer.toolCalls.map((call, index) => ({
    id: toolId(ids, index),
    type: "function",
    function: { name: call.name, arguments: argumentsOf(call) },
  }));
  return {
    role: "assistant",
    content: refused || (answer.text === "" && calls.length > 0) ? null : answer.text,
    refusal: refused ? answer.text : null,
    ...(answer.reasoning === "" ? {} : { reasoning_content: answer.reasoning }),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  };
}

function toolId(ids: AnswerIds, index: number): string {
  return `call_${ids.serial}_${index}`;
}

function usageOf({ usage }: Answer): object {
  return {
    prompt_tokens: usage.inputTokens,
    completion_tokens: usage.outputTokens,
    total_tokens: usage.inputTokens + usage.outputTokens,
    prompt_tokens_details: {
      cached_tokens: usage.cachedInputTokens,
      ...(usage.cacheWriteTokens > 0 ? { cache_write_tokens: usage.cacheWriteTokens } : {}),
    },
    completion_tokens_details: { reasoning_tokens: usage.reasoningTokens },
  };
}

function streamFrames(answer: Answer, request: ScriptRequest, ids: AnswerIds): Frame[] {
  const withUsage = wantsUsage(request);
  const chunk = (choices: readonly object[], usage: object | null): string =>
    data(
      JSON.stringify({
        ...envelope("chat.completion.chunk", request, ids),
        choices,
        ...(withUsage ? { usage } : {}),
      }),
    );
  const piece = (delta: object, tokens: number, part: Frame["part"] = "content"): Frame => ({
    part,
    tokens,
    text: chunk([{ index: 0, delta, logprobs: null, finish_reason: null }], null),
  });
  const finish = {
    index: 0,
    delta: {},
    logprobs: null,
    finish_reason: finishReason(answer, request),
  };
  const usageFrame: Frame = { part: "closing", tokens: 0, text: chunk([], usageOf(answer)) };
  return [
    piece({ role: "assistant", content: "", refusal: null }, 0, "opening"),
    ...contentDeltas(answer, request, ids).map(({ delta, tokens }) => piece(delta, tokens)),
    { part: "closing", tokens: 0, text: chunk([finish], null) },
    ...(withUsage ? [usageFrame] : []),
    { part: "closing", tokens: 0, text: data("[DONE]") },
  ];
}

function contentDeltas(
  answer: Answer,
  request: ScriptRequest,
  ids: AnswerIds,
): { delta: object; tokens: number }[] {
  const field = refusesInField(answer, request) ? "refusal" : "content";
  const deltasOf = (text: string, toDelta: (piece: string) => object) =>
    splitTokens(text).map((piece) => ({ delta: toDelta(piece), tokens: 1 }));
  return [
    ...deltasOf(answer.reasoning, (piece) => ({ reasoning_content: piece })),
    ...deltasOf(answer.text, (piece) => ({ [field]: piece })),
    ...answer.toolCalls.flatMap((call, index) => {
      const start = { name: call.name, arguments: "" };
      const first = { index, id: toolId(ids, index), type: "function", function: start };
      return [
        { delta: { tool_calls: [first] }, tokens: 0 },
        ...deltasOf(argumentsOf(call), (piece) => ({
          tool_calls: [{ index, function: { arguments: piece } }],
        })),
      ];
    }),
  ];
}

function wantsUsage(request: ScriptRequest): boolean {
  const options = isRecord(request.body) ? request.body.stream_options : undefined;
  return isRecord(options) && options.include_usage === true;
}

function data(text: string): string {
  return `data: ${text}\n\n`;
}
