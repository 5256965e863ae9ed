import { stripVTControlCharacters } from "node:util";
import Table from "cli-table3";
import { isTerminal, paint, terminalWidth } from "./terminal.ts";

export interface Column<Row> {
  readonly title: string;
  readonly align?: "left" | "right";
  /** Left out where the terminal is too narrow; the lowest number goes first. Default: never. */
  readonly dropOrder?: number;
  /** The cell's text, safe to print. */
  readonly text: (row: Row) => string;
}

const noLines = {
  top: "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  bottom: "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  left: "",
  "left-mid": "",
  mid: "",
  "mid-mid": "",
  right: "",
  "right-mid": "",
  middle: "  ",
} as const;

/** A table with lines on a terminal, plain aligned text where it is piped. */
export function renderTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const width = terminalWidth();
  for (let shown = columns; ; ) {
    const text = draw(shown, rows);
    const next = nextToDrop(shown);
    if (next === undefined || widthOf(text) <= width) return text;
    shown = shown.filter((column) => column !== next);
  }
}

/** Texts beside each other in columns of one width, each row as high as its longest text. */
export function renderColumns(
  titles: readonly string[],
  rows: readonly (readonly string[])[],
  width: number,
): string {
  const table = new Table({
    head: titles.map((title) => paint("bold", title)),
    colWidths: titles.map(() => width),
    wordWrap: true,
    style: { compact: true, head: [], border: [] },
  });
  for (const row of rows) table.push([...row]);
  return withoutTrailingSpace(table.toString());
}

function nextToDrop<Row>(columns: readonly Column<Row>[]): Column<Row> | undefined {
  return columns
    .filter(({ dropOrder }) => dropOrder !== undefined)
    .toSorted((a, b) => (a.dropOrder ?? 0) - (b.dropOrder ?? 0))[0];
}

function widthOf(table: string): number {
  return stripVTControlCharacters(table.split("\n", 1)[0] ?? "").length;
}

function draw<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const isPlain = !isTerminal();
  const table = new Table({
    head: columns.map(({ title }) => paint("bold", title)),
    colAligns: columns.map(({ align }) => align ?? "left"),
    ...(isPlain && { chars: noLines }),
    style: {
      compact: true,
      head: [],
      border: [],
      "padding-left": isPlain ? 0 : 1,
      "padding-right": isPlain ? 0 : 1,
    },
  });
  for (const row of rows) table.push(columns.map(({ text }) => text(row)));
  return withoutTrailingSpace(table.toString());
}

function withoutTrailingSpace(text: string): string {
  return text.replace(/ +$/gm, "");
}
