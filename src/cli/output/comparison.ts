import { diff } from "node:util";
import type { CallEvent } from "../../events.ts";
import { jsonIn } from "../../util/json-in.ts";
import { multiLine, oneLine } from "./clean.ts";
import { cost, count, time } from "./format.ts";
import { responseBlocks } from "./messages.ts";
import { renderColumns, renderTable } from "./table.ts";
import { isTerminal, paint, terminalWidth } from "./terminal.ts";

/** Two answers stand beside each other where each has at least this many columns. */
const narrowestColumn = 40;

/** Comparing takes memory with the square of the lines: longer answers are shown whole, one after the other. */
const mostLines = 1_000;

/** Lines that both answers have, or what the one has where the other has something else. */
export interface Hunk {
  readonly isSame: boolean;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** Two calls that asked the same: what each took and cost, and both answers with their differences marked. */
export function renderComparison(before: CallEvent, after: CallEvent): string {
  const columns = [
    { title: "", text: ({ name }: Fact) => paint("dim", name) },
    { title: "RECORDED", text: ({ of }: Fact) => of(before) },
    { title: "REPLAYED", text: ({ of }: Fact) => of(after) },
  ];
  return `${renderTable(columns, facts)}\n\n${answers(before, after)}`;
}

interface Fact {
  readonly name: string;
  readonly of: (call: CallEvent) => string;
}

const facts: readonly Fact[] = [
  { name: "call", of: ({ id }) => oneLine(id) },
  { name: "asked", of: ({ answeredBy, target }) => oneLine(answeredBy ?? target) },
  { name: "version", of: ({ model }) => oneLine(model ?? "–") },
  { name: "source", of: ({ source }) => source },
  {
    name: "result",
    of: ({ errorCode, finishReason }) => oneLine(errorCode ?? finishReason ?? "–"),
  },
  {
    name: "tokens",
    of: ({ usage }) => `${count(usage.inputTokens)} in, ${count(usage.outputTokens)} out`,
  },
  { name: "latency", of: ({ latencyMs }) => time(latencyMs) },
  { name: "cost", of: ({ costUsd, unpricedAttempts }) => cost(costUsd, unpricedAttempts) },
];

function answers(before: CallEvent, after: CallEvent): string {
  const old = answerLines(before);
  const hunks = hunksOf(old, answerLines(after));
  if (hunks.every(({ isSame }) => isSame)) {
    return [paint("bold", "Both answers are the same:"), ...old.map(indented)].join("\n");
  }
  const width = Math.floor((terminalWidth() - 7) / 2);
  return isTerminal() && width >= narrowestColumn
    ? renderColumns(["Recorded", "Replayed"], hunks.map(cells), width)
    : [paint("bold", "Recorded (-) and replayed (+):"), ...hunks.flatMap(marked)].join("\n");
}

/** The answer's parts as they are shown, line by line; JSON is laid out, so that its members are compared. */
function answerLines({ response, content }: CallEvent): string[] {
  if (content === "none") return ["(left out)"];
  const blocks = responseBlocks(response);
  const texts = blocks.flatMap(({ label, text }) =>
    label === "text" ? [laidOut(text)] : [`[${oneLine(label)}]`, laidOut(text)],
  );
  return texts.length === 0 ? ["(no answer)"] : multiLine(texts.join("\n")).split("\n");
}

function laidOut(text: string): string {
  const json = jsonIn(text);
  return json === undefined ? text : JSON.stringify(json, undefined, 2);
}

/** What two texts share and where they differ, in order. */
export function hunksOf(before: readonly string[], after: readonly string[]): Hunk[] {
  if (before.length > mostLines || after.length > mostLines) {
    return [{ isSame: before.join("\n") === after.join("\n"), before, after }];
  }
  const changes = diff(before, after);
  if (changes.length === 0) return [{ isSame: true, before, after }];
  const hunks: { isSame: boolean; before: string[]; after: string[] }[] = [];
  for (const [operation, line] of changes) {
    const isSame = operation === 0;
    let hunk = hunks.at(-1);
    if (hunk?.isSame !== isSame) {
      hunk = { isSame, before: [], after: [] };
      hunks.push(hunk);
    }
    if (operation >= 0) hunk.before.push(line);
    if (operation <= 0) hunk.after.push(line);
  }
  return hunks;
}

function cells({ isSame, before, after }: Hunk): [string, string] {
  if (isSame) return [before.join("\n"), after.join("\n")];
  return [paint("red", before.join("\n")), paint("green", after.join("\n"))];
}

function marked({ isSame, before, after }: Hunk): string[] {
  if (isSame) return before.map(indented);
  return [
    ...before.map((line) => paint("red", `- ${line}`)),
    ...after.map((line) => paint("green", `+ ${line}`)),
  ];
}

function indented(line: string): string {
  return `  ${line}`.trimEnd();
}
