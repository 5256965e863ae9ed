import type { LanguageModelV4GenerateResult } from "@ai-sdk/provider";
import type { WholeAnswer } from "../../src/call/answer.ts";
import type { Call } from "../../src/call/call.ts";
import { WrittenPrompt } from "../../src/call/static-prompt.ts";
import type { Target } from "../../src/call/target.ts";
import { newTrace } from "../../src/call/trace.ts";

/** A target by name only: for policies that never reach it. */
export function targetNamed(name: string): Target {
  return {
    name,
    identity: { name, endpoint: "" },
    isLasting: true,
    baseURL: undefined,
    settings: {},
    price: undefined,
    contextLimit: undefined,
    taskHeader: undefined,
    pace: {
      requestsPerWindow: undefined,
      tokensPerWindow: undefined,
      windowMs: 60_000,
      inFlight: undefined,
      waitMs: 30_000,
      learn: true,
    },
    secrets: [],
    adapt: (options) => options,
    takesPrefill: () => false,
    model: () => Promise.reject(new Error(`${name} is only a name`)),
  };
}

/** A call as a pattern describes it, for tests of single policies. */
export function callOf(changes: Partial<Call> = {}): Call {
  const request: Call["request"] = {
    prompt: [{ role: "user", content: [{ type: "text", text: "hello" }] }],
  };
  const target = targetNamed("test/first");
  return {
    id: "call-1",
    family: undefined,
    scope: undefined,
    task: "ask",
    pattern: "complete",
    mode: "generate",
    request,
    written: new WrittenPrompt({ task: "ask", request, templates: [], target, compress: false }),
    targets: [target],
    limits: {
      deadlineMs: 10_000,
      attempt: { totalMs: 10_000, headersMs: 10_000, firstTokenMs: 10_000, silenceMs: 10_000 },
    },
    retry: { attempts: 3, baseDelayMs: 100, maxDelayMs: 1_000, budget: undefined },
    breaker: undefined,
    hedge: undefined,
    rules: [],
    cache: undefined,
    budget: [],
    allowAttempt: undefined,
    cacheRequest: undefined,
    tags: {},
    arm: undefined,
    attemptKind: "ask",
    maxResumes: 0,
    resumeFrom: undefined,
    signal: new AbortController().signal,
    deadline: { at: Number.POSITIVE_INFINITY },
    accept: undefined,
    recordAs: undefined,
    trace: newTrace(),
    ...changes,
  };
}

/** A whole answer with this text. */
export function answerOf(text: string): WholeAnswer {
  const result: LanguageModelV4GenerateResult = {
    content: [{ type: "text", text }],
    finishReason: { unified: "stop", raw: "stop" },
    usage: {
      inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
      outputTokens: { total: 1, text: 1, reasoning: 0 },
    },
    warnings: [],
  };
  return { mode: "generate", result };
}
