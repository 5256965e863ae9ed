import type { EvalRunMetric, EvalRunRecord } from "../../../state/eval-history.ts";
import { oneLine } from "../clean.ts";
import { moment, usd } from "../format.ts";
import { axisOf, drawAxis, drawInterval, strokes } from "../plot.ts";
import { type Column, renderTable } from "../table.ts";
import { isTerminal, paint, terminalWidth } from "../terminal.ts";

interface Plotted {
  readonly run: EvalRunRecord;
  readonly value: EvalRunMetric | undefined;
}

/** What the other columns need where all are shown, and the narrowest and the widest plot. */
const widths = { others: 80, least: 16, most: 48 } as const;

/** The runs of a suite, oldest first, with one of their metrics drawn beside them. */
export function renderHistory(runs: readonly EvalRunRecord[], metric: string): string {
  const rows: Plotted[] = runs.map((run) => ({ run, value: metricOf(run, metric) }));
  const known = rows.flatMap(({ value }) => (value === undefined ? [] : [value]));
  return renderTable([...columns, ...plotOf(known)], rows);
}

function metricOf({ metrics }: EvalRunRecord, name: string): EvalRunMetric | undefined {
  return Object.hasOwn(metrics, name) ? metrics[name] : undefined;
}

const columns: readonly Column<Plotted>[] = [
  { title: "time", text: ({ run }) => moment(run.startedAt).slice(0, 16), dropOrder: 4 },
  { title: "commit", text: ({ run }) => commitOf(run) },
  { title: "branch", text: ({ run }) => oneLine(run.branch ?? "–"), dropOrder: 2 },
  { title: "cost", align: "right", text: ({ run }) => costOf(run), dropOrder: 1 },
  { title: "gate", text: ({ run }) => gateOf(run) },
  { title: "n", align: "right", text: ({ value }) => String(value?.n ?? 0), dropOrder: 3 },
  { title: "mean", align: "right", text: ({ value }) => value?.mean.toFixed(3) ?? "–" },
];

function commitOf({ commit, dirty }: EvalRunRecord): string {
  return `${oneLine(commit?.slice(0, 8) ?? "–")}${dirty ? "*" : ""}`;
}

function costOf({ costUsd }: EvalRunRecord): string {
  return costUsd === null ? "?" : usd(costUsd);
}

function gateOf({ passed, reason }: EvalRunRecord): string {
  if (reason !== "done") return paint("yellow", `cut off (${reason})`);
  return passed ? paint("green", "passed") : paint("red", "failed");
}

function plotOf(known: readonly EvalRunMetric[]): Column<Plotted>[] {
  if (known.length === 0) return [];
  const axis = axisOf(known);
  const room = Math.min(widths.most, Math.max(widths.least, terminalWidth() - widths.others));
  const drawn = isTerminal() ? strokes.blocks : strokes.plain;
  return [
    {
      title: drawAxis(axis, room),
      text: ({ value }) => (value === undefined ? "" : drawInterval(value, axis, room, drawn)),
    },
  ];
}
