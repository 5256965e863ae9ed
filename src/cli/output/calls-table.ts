import { stripVTControlCharacters } from "node:util";
import type { ToolOutcome } from "../../call/tool-record.ts";
import type { CallEvent } from "../../events.ts";
import { oneLine } from "./clean.ts";
import { cost, count, moment, time } from "./format.ts";
import type { Column } from "./table.ts";
import { paint, type Style } from "./terminal.ts";

type CallColumn = Column<CallEvent> & {
  /** The least width where rows are written one by one. */
  readonly width: number;
};

export const callColumns: readonly CallColumn[] = [
  { title: "TIME", width: 19, dropOrder: 4, text: ({ time: began }) => moment(began) },
  { title: "ID", width: 20, text: ({ id }) => oneLine(id) },
  { title: "TASK", width: 18, text: ({ task }) => oneLine(task) },
  { title: "MODEL", width: 28, text: (event) => oneLine(event.answeredBy ?? event.target) },
  { title: "RESULT", width: 16, text: resultOf },
  {
    title: "ASKED",
    dropOrder: 1,
    width: 5,
    align: "right",
    text: (event) => count(event.attempts.length),
  },
  {
    title: "IN",
    dropOrder: 2,
    width: 6,
    align: "right",
    text: (event) => count(event.usage.inputTokens),
  },
  {
    title: "OUT",
    dropOrder: 3,
    width: 6,
    align: "right",
    text: (event) => count(event.usage.outputTokens),
  },
  {
    title: "COST",
    width: 10,
    align: "right",
    text: ({ costUsd, unpricedAttempts }) => cost(costUsd, unpricedAttempts),
  },
  { title: "LATENCY", width: 8, align: "right", text: ({ latencyMs }) => time(latencyMs) },
];

/** What became of a tool; otherwise the error's code, or where the answer came from and how it ended. */
export function resultOf({ errorCode, source, finishReason, tool }: CallEvent): string {
  if (tool !== null) {
    const stopped = tool.stoppedBy === null ? "" : `: ${tool.stoppedBy}`;
    return paint(toolStyles[tool.outcome] ?? "red", oneLine(`${tool.outcome}${stopped}`));
  }
  if (errorCode !== null) return paint("red", oneLine(errorCode));
  if (source !== "model") return paint("green", source);
  const finish = finishReason ?? "ended";
  return finish === "stop" || finish === "tool-calls" ? finish : paint("yellow", oneLine(finish));
}

const toolStyles: Partial<Record<ToolOutcome, Style>> = {
  done: "green",
  waiting: "yellow",
  repeated: "yellow",
};

/** The titles of the columns, for rows that are written one by one. */
export function headLine(): string {
  return line(({ title }) => paint("bold", title));
}

/** One call in columns of fixed widths. */
export function callLine(event: CallEvent): string {
  return line(({ text }) => text(event));
}

function line(textOf: (column: CallColumn) => string): string {
  const cells = callColumns.map((column) => {
    const text = textOf(column);
    const space = " ".repeat(Math.max(0, column.width - stripVTControlCharacters(text).length));
    return column.align === "right" ? space + text : text + space;
  });
  return cells.join("  ").trimEnd();
}
