import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { type Command, InvalidArgumentError, Option } from "commander";
import { ConfigError } from "../../../errors.ts";
import { type Answer, answerOf, type LabelValue } from "../../../evals/production/answer.ts";
import {
  changeRow,
  keyOf,
  type Labellable,
  type LabelRow,
  labellable,
  labelledKeys,
  withLabel,
} from "../../../evals/production/label-file.ts";
import { type Ask, isInteractive, talk } from "../../../util/ask.ts";
import { userName } from "../../../util/user-name.ts";
import { shortPath } from "../../find-store.ts";
import { oneLine } from "../../output/clean.ts";
import { renderLabelRow } from "../../output/eval/label.ts";
import { counted } from "../../output/format.ts";
import { note, print } from "../../output/terminal.ts";

interface LabelOptions {
  readonly metric?: string;
  readonly labels?: readonly string[];
  readonly scale?: readonly number[];
  readonly by?: string;
  readonly to?: string;
}

/** What is labelled, by whom, and where labels are written. */
interface Session {
  readonly metric: string;
  readonly labels: readonly LabelValue[];
  readonly by: string;
  readonly to: string;
  readonly kind: Labellable["kind"];
}

const defaultLabels = ["good", "bad"] as const;
const defaultMetric = "quality";
const mostSteps = 100;

const examples = `
Shows input and output of each row that has no label by this metric yet, and asks. What a judge has
said is not shown. Type a label, the beginning of it, or its number; what follows is kept as a note.
An empty line skips; :back goes back, :reject takes a case out of the suite, :quit ends. Each label
is in the file at once. Answers may also come from a pipe, one a line.

Labels of cases are written into their file, those of a run into a file of their own (--to), as
human: { <metric>: { value, by, at, note } }. \`seam eval calibrate\` compares judges with them.

Examples:
  seam eval label evals/tickets.jsonl
  seam eval label evals/replies.jsonl --metric tone --scale 1-5
  seam eval label .seam/evals/01k8zq4m.jsonl --metric tone --labels kind,neutral,rude`;

export function addEvalLabel(evals: Command): void {
  evals
    .command("label")
    .description("Have a person label outputs, of cases or of a run, in the terminal.")
    .argument("<file>", "a JSONL file of cases that have an `output`, or the file of a run")
    .option(
      "--metric <name>",
      `what is labelled; default: the only judge of the run, or ${defaultMetric}`,
    )
    .addOption(
      new Option("--labels <names>", `with commas between; default: ${defaultLabels.join(",")}`)
        .argParser(labelNames)
        .conflicts("scale"),
    )
    .option("--scale <from-to>", "whole numbers instead, e.g. 1-5", scaleSteps)
    .option("--by <name>", "who labels; default: the user who runs the command")
    .option("--to <file>", "where labels of a run are written; default: <suite>.labels.jsonl")
    .addHelpText("after", examples)
    .action(label);
}

function labelNames(text: string): string[] {
  const names = text.split(",").map((name) => name.trim());
  const isUnique = new Set(names.map((name) => name.toLowerCase())).size === names.length;
  if (names.length > 1 && isUnique && !names.some((name) => name === "" || name.startsWith(":")))
    return names;
  throw new InvalidArgumentError("Write two or more different names: good,bad.");
}

function scaleSteps(text: string): number[] {
  const [, from, to] = /^(-?\d+)-(\d+)$/.exec(text) ?? [];
  const steps = Number(to) - Number(from);
  if (steps > 0 && steps < mostSteps)
    return Array.from({ length: steps + 1 }, (_, step) => Number(from) + step);
  throw new InvalidArgumentError("Write the lowest and the highest number: 1-5.");
}

async function label(file: string, options: LabelOptions): Promise<void> {
  const found = await labellable(file);
  const session = sessionOf(file, found, options);
  const known = await labelledKeys(session.to, session.metric);
  const open = found.rows.filter((row) => !known.has(keyOf(row)));
  note(
    `${counted(open.length, "output")} of ${found.rows.length} without a label by ${oneLine(session.metric)}, in ${shortPath(resolve(file))}`,
  );
  if (open.length === 0) return;
  const done = await withAnswers((ask, isScript) => walk(open, session, ask, isScript));
  note(`${counted(done, "label")} written to ${shortPath(resolve(session.to))}.`);
}

function sessionOf(
  file: string,
  { kind, suite, judges }: Labellable,
  options: LabelOptions,
): Session {
  const { metric, labels = options.scale ?? defaultLabels, by = userName(), to } = options;
  if (kind === "cases" && to !== undefined) {
    throw new ConfigError({
      summary: "--to is for labels of a run: those of cases are written into their file",
      advice: "Leave it out.",
    });
  }
  const only = judges.length === 1 ? judges[0] : undefined;
  const beside = `${(suite ?? "").replace(/[^\p{L}\p{N}._-]+/gu, "-")}.labels.jsonl`;
  return {
    metric: metric ?? only ?? defaultMetric,
    labels,
    by,
    kind,
    to: kind === "cases" ? file : (to ?? beside),
  };
}

/** Asks about one row after the other; gives how many labels were written. */
async function walk(
  rows: readonly LabelRow[],
  session: Session,
  ask: Ask,
  isScript: boolean,
): Promise<number> {
  const written = new Set<number>();
  for (let at = 0; at < rows.length; ) {
    const row = rows[at];
    if (row === undefined) break;
    print(renderLabelRow(row, at + 1, rows.length));
    const text = await ask(questionOf(session));
    const answer: Answer = text === undefined ? { kind: "quit" } : answerOf(text, session.labels);
    if (answer.kind === "quit") break;
    if (answer.kind === "unknown" && isScript) throw unknownAnswer(answer.why, row);
    if (answer.kind === "unknown") note(`${oneLine(answer.why)}.`);
    if (answer.kind === "label") {
      await writeLabel(row, answer, session);
      written.add(at);
    }
    if (answer.kind === "reject") await reject(row, session);
    at = Math.max(0, at + (answer.kind === "unknown" ? 0 : answer.kind === "back" ? -1 : 1));
  }
  return written.size;
}

function questionOf({ metric, labels }: Session): string {
  const shown = labels.map((value, index) =>
    typeof value === "number" ? String(value) : `${oneLine(value)} (${index + 1})`,
  );
  return `${oneLine(metric)}? ${shown.join(" · ")}  [Enter skips, :back, :reject, :quit] `;
}

async function writeLabel(
  row: LabelRow,
  { value, note: said }: Extract<Answer, { kind: "label" }>,
  { metric, by, to, kind }: Session,
): Promise<void> {
  const at = new Date().toISOString();
  const made = { value, by, at, ...(said !== null && { note: said }) };
  await changeRow(to, row, (now) => withLabel(now, metric, made), kind === "run" ? "add" : "fail");
}

async function reject(row: LabelRow, { kind, to }: Session): Promise<void> {
  if (kind === "run") note("An output of a run is no case that could be rejected: it is skipped.");
  else await changeRow(to, row, (now) => ({ ...now, review: "rejected" }), "fail");
}

function unknownAnswer(why: string, { id }: LabelRow): ConfigError {
  return new ConfigError({
    summary: `The answer for ${JSON.stringify(id ?? null)} is no label: ${why}`,
    advice: "The labels before it are written. Mend the answers, and go on from there.",
  });
}

/** Answers come from the terminal, or a line each from a pipe. */
async function withAnswers(
  work: (ask: Ask, isScript: boolean) => Promise<number>,
): Promise<number> {
  const terminal = { input: process.stdin, output: process.stderr };
  if (isInteractive(terminal)) {
    return await talk(terminal, new AbortController().signal, (ask) => work(ask, false));
  }
  const lines = createInterface({ input: process.stdin });
  const answers = lines[Symbol.asyncIterator]();
  try {
    return await work(async () => (await answers.next()).value, true);
  } finally {
    lines.close();
  }
}
