import type { ToolOutcome } from "../call/tool-record.ts";
import { addKnown, addUsage, type Usage, zeroUsage } from "../call/usage.ts";
import { ConfigError } from "../errors.ts";
import type { CallEvent, EventReader, RunRecord } from "../events.ts";
import type { StoredApproval } from "../state/runs.ts";

/** An event with the calls that were made for it, oldest first. */
export interface TracedCall extends CallEvent {
  readonly calls: readonly TracedCall[];
}

/** A part of a run: up to its end, or up to a pause. */
export interface Segment {
  readonly id: string;
  /** The part's own event; `null` while it has not ended, and where its process died. */
  readonly event: CallEvent | null;
  readonly calls: readonly TracedCall[];
}

export interface RunTotals {
  /** Answers of models to the agent itself. */
  readonly steps: number;
  /** What became of its calls of tools. */
  readonly tools: Readonly<Partial<Record<ToolOutcome, number>>>;
  /** Of all calls of models, those made inside tools included. */
  readonly usage: Usage;
  /** US dollars as far as they are known; `null` when nothing is. */
  readonly costUsd: number | null;
  readonly unpricedAttempts: number;
  /** Milliseconds in which it ran, its pauses left out. */
  readonly workedMs: number;
}

/** A run of an agent, or any other family of calls. */
export interface TracedRun {
  readonly id: string;
  readonly task: string;
  /** What it has waited for in pauses, and who decided. */
  readonly approvals: readonly StoredApproval[];
  readonly segments: readonly Segment[];
  readonly totals: RunTotals;
}

/** The run that an event belongs to, by its id or the beginning of it: the innermost of those that have paused. */
export async function readRun(events: EventReader, id: string): Promise<TracedRun> {
  const trace = await events.trace(id);
  const traceId = trace[0]?.traceId ?? id;
  const record = await recordOf(events, trace, id);
  const ids = record?.segments ?? [traceId];
  const segments = await Promise.all(
    ids.map(async (part) => segmentOf(part, part === traceId ? trace : await events.trace(part))),
  );
  const task = segments.flatMap(segmentEvents)[0]?.task ?? record?.task;
  if (task === undefined) {
    throw new ConfigError({
      summary: `No run in ${events.path} has an event with the id ${JSON.stringify(id)}`,
      advice: "`seam calls --children` lists them. A call is written when it has ended.",
    });
  }
  return {
    id: record?.id ?? traceId,
    task,
    approvals: record?.approvals ?? [],
    segments,
    totals: totalsOf(segments),
  };
}

/** What the store knows of the run: an agent's run may have been made, and have paused, in a tool of another's. */
async function recordOf(
  events: EventReader,
  trace: readonly CallEvent[],
  id: string,
): Promise<RunRecord | undefined> {
  const byId = new Map(trace.map((event) => [event.id, event]));
  let event = byId.get(id) ?? trace.find((one) => one.id.startsWith(id));
  while (event !== undefined) {
    const record = event.pattern === "agent" ? await events.runOf(event.id) : undefined;
    if (record !== undefined) return record;
    event = event.parentId === null ? undefined : byId.get(event.parentId);
  }
  return await events.runOf(trace[0]?.traceId ?? id);
}

/**
 * A part of a run, of the trace that has it: what hangs from its event, and of a trace of its own also what hangs from
 * events that are not there.
 */
function segmentOf(id: string, trace: readonly CallEvent[]): Segment {
  const event = trace.find((event) => event.id === id) ?? null;
  const known = new Set(trace.map((event) => event.id));
  const placeOf = ({ parentId, traceId }: CallEvent): string =>
    parentId !== null && known.has(parentId) ? parentId : traceId;
  const byParent = Map.groupBy(
    trace.filter((event) => event.id !== event.traceId),
    placeOf,
  );
  const callsOf = (parent: string): TracedCall[] =>
    (byParent.get(parent) ?? []).map((event) => ({ ...event, calls: callsOf(event.id) }));
  return { id, event, calls: callsOf(id) };
}

/** All events of a part of a run, in the order of the tree. */
export function segmentEvents({ event, calls }: Segment): CallEvent[] {
  const below = (calls: readonly TracedCall[]): CallEvent[] =>
    calls.flatMap((call) => [call, ...below(call.calls)]);
  return [...(event === null ? [] : [event]), ...below(calls)];
}

/** Only what was really asked is counted: the events of parents hold sums. */
function totalsOf(segments: readonly Segment[]): RunTotals {
  const parts = segments.map(segmentEvents);
  const events = parts.flat();
  const asked = events.filter(({ children, source }) => children === 0 && source !== "tool");
  const tools: Partial<Record<ToolOutcome, number>> = {};
  for (const { tool } of events) {
    if (tool !== null) tools[tool.outcome] = (tools[tool.outcome] ?? 0) + 1;
  }
  return {
    steps: segments.flatMap(({ calls }) => calls).filter(({ pattern }) => pattern === "model")
      .length,
    tools,
    usage: asked.map(({ usage }) => usage).reduce(addUsage, zeroUsage),
    costUsd: asked.map(({ costUsd }) => costUsd).reduce(addKnown, null),
    unpricedAttempts: asked.reduce((sum, { unpricedAttempts }) => sum + unpricedAttempts, 0),
    workedMs: parts.reduce((sum, part) => sum + spanOf(part).durationMs, 0),
  };
}

/** Whether a model was asked by the agent itself, and not by one of its tools. */
export function isStep({ pattern, parentId, traceId }: CallEvent): boolean {
  return pattern === "model" && parentId === traceId;
}

/** When the first of some events began, and how long it took until the last had ended. */
export function spanOf(events: readonly CallEvent[]): { began: number; durationMs: number } {
  if (events.length === 0) return { began: 0, durationMs: 0 };
  const began = Math.min(...events.map(({ time }) => time));
  const ended = Math.max(...events.map(({ time, latencyMs }) => time + latencyMs));
  return { began, durationMs: ended - began };
}
