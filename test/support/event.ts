import type { Attempt } from "../../src/call/attempt.ts";
import type { CallEvent } from "../../src/call/event.ts";

/** An event of a call that went well, for tests of what is kept about calls. */
export function eventOf(changes: Partial<CallEvent> & { readonly id: string }): CallEvent {
  return {
    parentId: null,
    traceId: changes.id,
    time: 0,
    task: "ask",
    pattern: "complete",
    mode: "generate",
    tags: {},
    arm: null,
    target: "test/first",
    answeredBy: "test/first",
    model: "first-1",
    content: "full",
    prompt: { prompt: [{ role: "user", content: [{ type: "text", text: "hello" }] }] },
    response: [{ type: "text", text: "hi" }],
    usage: {
      inputTokens: 1,
      outputTokens: 1,
      cachedTokens: 0,
      cacheWriteTokens: 0,
      reasoningTokens: 0,
    },
    costUsd: 0.001,
    unpricedAttempts: 0,
    savedUsd: null,
    latencyMs: 100,
    firstTokenMs: null,
    queuedMs: 0,
    source: "model",
    attempts: [attemptOf()],
    reroutes: [],
    resumes: [],
    finishReason: "stop",
    errorCode: null,
    errorMessage: null,
    fingerprint: "f",
    promptFingerprint: "p",
    children: 0,
    repeatOf: null,
    tool: null,
    notes: [],
    ...changes,
  };
}

export function attemptOf(changes: Partial<Attempt> = {}): Attempt {
  return {
    number: 1,
    target: "test/first",
    kind: "ask",
    startedAt: 0,
    durationMs: 100,
    firstTokenMs: null,
    outcome: "ok",
    status: 200,
    error: null,
    usage: null,
    costUsd: 0.001,
    waitMs: null,
    ...changes,
  };
}
