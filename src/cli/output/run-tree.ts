import type { CallEvent } from "../../events.ts";
import {
  type RunTotals,
  type Segment,
  segmentEvents,
  spanOf,
  type TracedCall,
  type TracedRun,
} from "../read-run.ts";
import { blockLines } from "./call.ts";
import { nameOf } from "./call-name.ts";
import { resultOf } from "./calls-table.ts";
import { oneLine } from "./clean.ts";
import { cost, count, counted, moment, time } from "./format.ts";
import { promptBlocks, responseBlocks } from "./messages.ts";
import { heldLines } from "./run-held.ts";
import { type Column, renderTable } from "./table.ts";
import { paint } from "./terminal.ts";
import { barOf } from "./timeline.ts";

/** One line of the tree. */
interface Row {
  readonly name: string;
  /** Milliseconds after the part of the run began. */
  readonly at: number;
  readonly durationMs: number;
  readonly bar: string;
  /** `null`: the part of the run has not ended. */
  readonly event: CallEvent | null;
}

const barWidth = 20;

/** A run as a tree with its times, what kept its tools from running, and what it came to. */
export function renderRun(run: TracedRun, { full }: { readonly full: boolean }): string {
  const { id, task, segments, totals, approvals } = run;
  return [
    `${paint("bold", `Run ${oneLine(id)}`)}  ${oneLine(task)}  ${outcomeOf(run)}`,
    `  ${totalText(totals)}`,
    ...segments.flatMap((segment, index) => {
      const events = segmentEvents(segment);
      if (events.length === 0) return ["", ...lostLines(id, index)];
      const part = segments.length === 1 ? "Began" : `Part ${index + 1}, began`;
      return [
        "",
        paint("bold", `${part} ${moment(spanOf(events).began)}`),
        renderTable(columns, rowsOf(segment, run)),
        ...heldLines(events, approvals),
        ...(full ? events.flatMap(contentLines) : []),
      ];
    }),
  ].join("\n");
}

/** A part is known before its events are written: they are gone if its process is killed in between. */
function lostLines(runId: string, index: number): string[] {
  return [
    paint("bold", `Part ${index + 1}`),
    "  None of its events is written: it has just begun, or its process was killed. What the run waits for:",
    `  seam approvals --all --run ${oneLine(runId)}`,
  ];
}

/** How the run stands, by its last part. */
function outcomeOf({ segments, approvals }: TracedRun): string {
  const last = segments.at(-1);
  const now = Date.now();
  const isOpen = approvals.some(({ decision, expiresAt }) => decision === null && expiresAt > now);
  if (last?.event == null && !isOpen) return paint("yellow", "not ended, or its process died");
  if (last?.event?.errorCode != null) return paint("red", oneLine(last.event.errorCode));
  const hasPaused = last?.calls.some(({ tool }) => tool?.outcome === "waiting") ?? false;
  if (!isOpen && !hasPaused) return paint("green", "answered");
  // Of a run that the store no longer knows, nobody can say.
  const isDecided = !isOpen && approvals.length > 0;
  return paint("yellow", isDecided ? "waits to be resumed" : "waits for approval");
}

function totalText(totals: RunTotals): string {
  const { steps, tools, usage, costUsd, unpricedAttempts, workedMs } = totals;
  const outcomes = Object.entries(tools).filter(([outcome]) => outcome !== "done");
  const apart = outcomes.map(([outcome, number]) => `${count(number)} ${outcome}`).join(", ");
  const called = Object.values(tools).reduce((sum, number) => sum + number, 0);
  return [
    counted(steps, "step"),
    `${counted(called, "tool call")}${apart === "" ? "" : ` (${apart})`}`,
    `${count(usage.inputTokens)} tokens in, ${count(usage.outputTokens)} out`,
    cost(costUsd, unpricedAttempts),
    `${time(workedMs)} of work`,
  ].join("; ");
}

const columns: readonly Column<Row>[] = [
  { title: "CALL", text: ({ name }) => name },
  { title: "AT", align: "right", dropOrder: 4, text: ({ at }) => time(at) },
  { title: "TOOK", align: "right", text: ({ durationMs }) => time(durationMs) },
  { title: "", dropOrder: 1, text: ({ bar }) => bar },
  {
    title: "IN",
    align: "right",
    dropOrder: 3,
    text: ofModels(({ usage }) => count(usage.inputTokens)),
  },
  {
    title: "OUT",
    align: "right",
    dropOrder: 2,
    text: ofModels(({ usage }) => count(usage.outputTokens)),
  },
  {
    title: "COST",
    align: "right",
    text: ofModels((event) => cost(event.costUsd, event.unpricedAttempts)),
  },
  { title: "RESULT", text: ({ event }) => (event === null ? "" : resultOf(event)) },
];

/** A tool uses nothing itself; what the calls that it made have used is summed up in it. */
function ofModels(text: (event: CallEvent) => string): (row: Row) => string {
  return ({ event }) => {
    const askedNone = event === null || (event.tool !== null && event.children === 0);
    return askedNone ? "" : text(event);
  };
}

function rowsOf(segment: Segment, { task }: TracedRun): Row[] {
  const span = spanOf(segmentEvents(segment));
  const rowOf = (name: string, event: CallEvent | null): Row => {
    const startedAt = event?.time ?? span.began;
    const durationMs = event?.latencyMs ?? span.durationMs;
    const bar = barOf({ startedAt, durationMs }, span, barWidth);
    return { name, at: Math.max(0, startedAt - span.began), durationMs, bar, event };
  };
  const below = (calls: readonly TracedCall[], indent: string): Row[] =>
    calls.flatMap((call, index) => {
      const isLast = index === calls.length - 1;
      const row = rowOf(
        `${paint("dim", `${indent}${isLast ? "└─" : "├─"}`)} ${nameOf(call)}`,
        call,
      );
      return [row, ...below(call.calls, `${indent}${isLast ? "   " : "│  "}`)];
    });
  const name = segment.event === null ? oneLine(task) : nameOf(segment.event);
  return [rowOf(paint("bold", name), segment.event), ...below(segment.calls, "")];
}

/** What a step said, and what a tool was given and gave back. */
function contentLines(event: CallEvent): string[] {
  if (event.children > 0 && event.tool === null) return [];
  const blocks = [
    ...(event.tool === null ? [] : promptBlocks(event.prompt, { full: true })),
    ...responseBlocks(event.response, { full: true }),
  ];
  const at = paint("dim", oneLine(event.id));
  return ["", `${paint("bold", nameOf(event))}  ${at}`, ...blocks.flatMap(blockLines)];
}
