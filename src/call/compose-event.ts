import type { LanguageModelV4Content } from "@ai-sdk/provider";
import type { RejectedOutput } from "../errors.ts";
import type { Ending } from "./answer.ts";
import type { Attempt } from "./attempt.ts";
import type { Call } from "./call.ts";
import type { CallEvent } from "./event.ts";
import { fingerprint } from "./fingerprint.ts";
import { withSettings } from "./request.ts";
import { SeamError } from "./seam-error.ts";
import { scrubSecrets } from "./secrets.ts";
import { usageOfAttempts } from "./trace.ts";
import { addKnown, addUsage, toUsage, type Usage, unknownUsage, zeroUsage } from "./usage.ts";

/** When a call began: on the wall clock, and on the clock that measures it. */
export interface Start {
  readonly time: number;
  readonly at: number;
}

export function startNow(): Start {
  return { time: Date.now(), at: performance.now() };
}

/** The event of a call that has ended. */
export function eventOf(call: Call, ending: Ending, start: Start): CallEvent {
  const { trace } = call;
  const { id, parentId } = call.recordAs?.(ending) ?? {
    id: call.id,
    parentId: call.family?.parentId,
  };
  const { headers: _headers, ...prompt } = withSettings(call.targets[0].settings, call.request);
  const result = ending.ok ? ending.result : undefined;
  return {
    id,
    parentId: parentId ?? null,
    traceId: call.family?.traceId ?? parentId ?? id,
    time: start.time,
    task: call.task,
    pattern: call.pattern,
    mode: call.mode,
    tags: { ...call.tags },
    arm: call.arm ?? null,
    target: call.targets[0].name,
    answeredBy: trace.answeredBy,
    model: result?.response?.modelId ?? null,
    content: "full",
    prompt,
    response: result?.content ?? partialResponse(ending),
    usage: usageOf(call, ending),
    ...costOfAttempts(call),
    savedUsd: trace.savedUsd,
    latencyMs: performance.now() - start.at,
    firstTokenMs: trace.firstContentAt === null ? null : trace.firstContentAt - start.at,
    queuedMs: trace.queuedMs,
    source: trace.source,
    attempts: trace.attempts.map((attempt) => ({ ...attempt })),
    reroutes: trace.reroutes,
    resumes: trace.resumes,
    finishReason: result?.finishReason.unified ?? null,
    ...errorOf(ending, call),
    get fingerprint() {
      trace.fingerprint ??= fingerprint("", call.targets[0], prompt);
      return trace.fingerprint;
    },
    get promptFingerprint() {
      return trace.source === "rule" ? null : call.written.fingerprint;
    },
    children: 0,
    repeatOf: trace.repeatOf,
    tool: null,
    notes: trace.notes,
  };
}

function usageOf({ trace }: Call, ending: Ending): Usage {
  if (trace.source !== "model") return zeroUsage;
  if (ending.ok) return toUsage(ending.result.usage);
  const lastWaitedFor = trace.attempts.findLast(({ outcome }) => outcome !== "Aborted");
  return lastWaitedFor?.usage ?? unknownUsage;
}

function costOfAttempts({ trace }: Call): { costUsd: number | null; unpricedAttempts: number } {
  if (trace.source !== "model") return { costUsd: 0, unpricedAttempts: 0 };
  let costUsd: number | null = trace.attempts.length === 0 ? 0 : null;
  for (const attempt of trace.attempts) costUsd = addKnown(costUsd, attempt.costUsd);
  return { costUsd, unpricedAttempts: trace.attempts.filter(isUnpriced).length };
}

function isUnpriced(attempt: Attempt): boolean {
  return attempt.costUsd === null && attempt.outcome !== "running";
}

/** @param signal the caller's */
export function errorOf(
  ending: Ending,
  { signal }: Pick<Call, "signal">,
): { errorCode: string | null; errorMessage: string | null } {
  if (ending.ok) return { errorCode: null, errorMessage: null };
  const { error } = ending;
  if (SeamError.is(error)) return { errorCode: error.code, errorMessage: error.message };
  if (signal.aborted) {
    return { errorCode: "Aborted", errorMessage: "The caller aborted the call." };
  }
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  return { errorCode: name, errorMessage: scrubSecrets(message) };
}

/** What calls tell of themselves that is summed up in the event of what they were made for. */
type Summands = Pick<
  CallEvent,
  | "source"
  | "attempts"
  | "costUsd"
  | "unpricedAttempts"
  | "savedUsd"
  | "queuedMs"
  | "reroutes"
  | "resumes"
  | "notes"
>;

/** What the calls used together. */
export function sumOf(
  calls: readonly Summands[],
): Omit<Summands, "source"> & Pick<CallEvent, "usage"> {
  return {
    attempts: calls.flatMap(({ attempts }) => attempts.map((attempt) => ({ ...attempt }))),
    usage: calls
      .map(usageOfAttempts)
      .reduce(addUsage, calls.length === 0 ? zeroUsage : unknownUsage),
    costUsd: calls.map(({ costUsd }) => costUsd).reduce(addKnown, calls.length === 0 ? 0 : null),
    unpricedAttempts: calls.reduce((sum, call) => sum + call.unpricedAttempts, 0),
    savedUsd: calls.map(({ savedUsd }) => savedUsd).reduce(addKnown, null),
    queuedMs: calls.reduce((sum, { queuedMs }) => sum + queuedMs, 0),
    reroutes: calls.flatMap(({ reroutes }) => reroutes),
    resumes: calls.flatMap(({ resumes }) => resumes),
    notes: calls.flatMap(({ notes }) => notes),
  };
}

/** What had arrived before the call failed: a part of an answer, or one that was not accepted. */
export function partialResponse(ending: Ending): LanguageModelV4Content[] | null {
  if (ending.ok) return null;
  const said = ending.error as { text?: unknown; outputs?: readonly RejectedOutput[] } | null;
  const text = ending.text ?? said?.text ?? said?.outputs?.at(-1)?.text;
  return typeof text === "string" ? [{ type: "text", text }] : null;
}

/** The event of a pattern that made several calls: their tokens, costs and attempts are summed up in it. */
export function parentEventOf(
  children: readonly [Call, ...Call[]],
  ids: { readonly id: string; readonly parentId: string | null },
  ending: Ending,
  start: Start,
): CallEvent {
  const last = children.at(-1) ?? children[0];
  const sum = sumOf(children.map((call) => ({ ...call.trace, ...costOfAttempts(call) })));
  const source = children.some(({ trace }) => trace.source === "model")
    ? "model"
    : last.trace.source;
  const family = { ...last, request: children[0].request, targets: children[0].targets };
  const event = eventOf({ ...family, trace: { ...last.trace, source } }, ending, start);
  return {
    ...event,
    ...ids,
    ...sum,
    traceId: last.family?.traceId ?? ids.id,
    repeatOf: children.find(({ trace }) => trace.repeatOf !== null)?.trace.repeatOf ?? null,
    children: children.length,
  };
}
