import type { AgentRule } from "../../../call/agent-rule.ts";
import { type Family, withinFamily } from "../../../call/family.ts";
import { linkAbort, raceAbort } from "../../../util/abort.ts";
import { parseDuration } from "../../../util/duration.ts";
import type { DataMarks } from "../../data-marks.ts";
import { fromPlain, toPlain } from "../gate/plain.ts";
import type { AgentTool, ToolOptions } from "../tool.ts";
import { type EndedTool, failed, given, type ToolPlace, timedOut } from "./ended-tool.ts";

export interface ToolCallParts {
  readonly tool: AgentTool;
  readonly name: string;
  readonly toolCallId: string;
  /** Validated. */
  readonly input: unknown;
  readonly context: unknown;
  readonly runId: string;
  readonly idempotencyKey: string;
  readonly rule: AgentRule;
  /** The run's: the caller's abort, and its deadline. */
  readonly signal: AbortSignal;
  readonly marks: DataMarks;
  /** What calls are made for that the tool makes itself: the event of this call. */
  readonly family: Family;
}

/** What became of a call of a tool that was run. */
export interface ToolRun extends EndedTool {
  readonly durationMs: number;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
}

/**
 * Runs a tool under its own time limit, and tells what became of it. It rejects only when the run's signal aborts, with
 * its reason; whatever the tool throws is an outcome. A tool that ignores its signal is not waited for.
 */
export async function runTool(parts: ToolCallParts): Promise<ToolRun> {
  const { tool, rule, signal } = parts;
  signal.throwIfAborted();
  const startedAt = Date.now();
  const start = performance.now();
  const timeoutMs = parseDuration(tool.timeout) ?? rule.toolTimeoutMs;
  const limit = linkAbort(signal);
  const timer = setTimeout(() => {
    limit.controller.abort(new DOMException("The tool took too long.", "TimeoutError"));
  }, timeoutMs);
  try {
    const ended = await withinFamily(parts.family, () =>
      runWithin(parts, timeoutMs, limit.controller.signal),
    );
    return { ...ended, startedAt, durationMs: performance.now() - start };
  } finally {
    clearTimeout(timer);
    limit.unlink();
  }
}

async function runWithin(
  parts: ToolCallParts,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<EndedTool> {
  const place = placeOf(parts);
  let output: unknown;
  try {
    output = await raceAbort(execute(parts, signal), signal);
  } catch (thrown) {
    parts.signal.throwIfAborted();
    return signal.aborted ? timedOut(place, timeoutMs, thrown) : failed(place, thrown);
  }
  return given(place, output, signal);
}

/** The result; of a tool that gives several one after the other, as those of the AI SDK may, the last. */
async function execute(parts: ToolCallParts, signal: AbortSignal): Promise<unknown> {
  const { tool, input, toolCallId, context, runId, idempotencyKey } = parts;
  const options: ToolOptions & { readonly messages: readonly [] } = {
    toolCallId,
    messages: [],
    abortSignal: signal,
    context,
    runId,
    idempotencyKey,
  };
  // A tool that changes its input shall not change what the run remembers of the call.
  const own = fromPlain(toPlain(input));
  const result: unknown = await tool.execute?.(own as never, options as never);
  return isAsyncIterable(result) ? lastOf(result, signal) : result;
}

/** On abort it is told to stop, but not waited for. */
async function lastOf(results: AsyncIterable<unknown>, signal: AbortSignal): Promise<unknown> {
  const iterator = results[Symbol.asyncIterator]();
  const stop = (): void => void (async () => iterator.return?.())().catch(() => {});
  signal.addEventListener("abort", stop, { once: true });
  try {
    let last: unknown;
    while (!signal.aborted) {
      const next = await iterator.next();
      if (next.done === true) break;
      last = next.value;
    }
    return last;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}

function placeOf({ tool, name, toolCallId, input, rule, marks }: ToolCallParts): ToolPlace {
  const mark = tool.trusted === true ? undefined : (text: string) => marks.mark(text, name);
  return {
    tool,
    name,
    toolCallId,
    input,
    room: { longest: tool.maxOutput ?? rule.toolOutput, mark },
  };
}
