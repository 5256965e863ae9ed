import { styleText } from "node:util";
import type { PassFacts } from "./facts.ts";
import { renderService, type ServiceFacts } from "./service.ts";
import { isAccountedFor, type Outcome } from "./work-through.ts";

/** One pass over the tickets: what became of them, and what the events say about it. */
export interface Pass {
  readonly outcomes: readonly Outcome[];
  readonly facts: PassFacts;
  readonly seconds: number;
}

/** All numbers of a run. */
export interface RunReport {
  readonly model: "simulator" | "live";
  readonly tickets: number;
  readonly skippedLines: number;
  /** Tickets with neither a result nor a named error for something they needed. */
  readonly lost: number;
  readonly passes: readonly PassReport[];
  /** Faults that the simulator has played, by name. */
  readonly faults: Readonly<Record<string, number>>;
  readonly eventFile: string;
  readonly service: ServiceFacts;
}

interface PassReport extends PassFacts {
  readonly seconds: number;
  readonly sorted: number;
  readonly notes: number;
  readonly replies: number;
  /** Steps that ended with an error, by its name. */
  readonly errors: Readonly<Record<string, number>>;
}

/** Adds everything up. */
export function reportOf(
  passes: readonly Pass[],
  about: Pick<RunReport, "model" | "skippedLines" | "faults" | "eventFile" | "service">,
): RunReport {
  const [first] = passes;
  return {
    ...about,
    tickets: first?.outcomes.length ?? 0,
    lost: passes.flatMap(({ outcomes }) => outcomes).filter((one) => !isAccountedFor(one)).length,
    passes: passes.map(passReport),
  };
}

function passReport({ outcomes, facts, seconds }: Pass): PassReport {
  const errors: Record<string, number> = {};
  for (const { code } of outcomes.flatMap(({ failures }) => failures)) {
    errors[code] = (errors[code] ?? 0) + 1;
  }
  return {
    ...facts,
    seconds,
    sorted: outcomes.filter(({ record }) => record !== undefined).length,
    notes: outcomes.filter(({ note }) => note !== undefined).length,
    replies: outcomes.filter(({ reply }) => reply !== undefined).length,
    errors,
  };
}

const count = (value: number): string => value.toLocaleString("en");
const dollars = (value: number | null): string => (value === null ? "?" : `$${value.toFixed(4)}`);
const ms = (value: number): string => `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;

const rows: readonly [label: string, (pass: PassReport) => string][] = [
  ["tickets sorted", ({ sorted }) => count(sorted)],
  ["handover notes", ({ notes }) => count(notes)],
  ["replies", ({ replies }) => count(replies)],
  ["ended with a named error", ({ errors }) => count(total(errors))],
  ["calls", ({ calls }) => count(calls)],
  ["attempts", ({ attempts }) => count(attempts)],
  ["  retries", ({ retries }) => count(retries)],
  ["  re-asks", ({ reAsks }) => count(reAsks)],
  ["  reroutes to a fallback", ({ reroutes }) => count(reroutes)],
  ["    past one that was down", ({ skipped }) => count(skipped)],
  ["  broken streams resumed", ({ resumed }) => count(resumed)],
  ["refused by the budget", ({ errors }) => count(errors["BudgetExceeded"] ?? 0)],
  ["cache hits", ({ cacheHits }) => count(cacheHits)],
  ["tokens in", ({ inputTokens }) => count(inputTokens)],
  ["tokens out", ({ outputTokens }) => count(outputTokens)],
  ["cost, as if billed", ({ costUsd }) => dollars(costUsd)],
  ["  attempts not priced", ({ unpricedAttempts }) => count(unpricedAttempts)],
  ["latency p50", ({ p50Ms }) => ms(p50Ms)],
  ["latency p95", ({ p95Ms }) => ms(p95Ms)],
  ["time", ({ seconds }) => `${seconds.toFixed(1)} s`],
];

/** The report as a table, for people. */
export function renderReport(report: RunReport): string {
  const heads = ["first pass", "second pass"].slice(0, report.passes.length);
  return [
    bold(line("", heads)),
    ...rows.map(([label, value]) => line(label, report.passes.map(value))),
    "",
    ...faultLines(report.faults),
    ...renderService(report.service, report.eventFile),
    "",
    verdict(report),
    ...(report.model === "simulator" ? ["  The model was a simulator: nothing was paid."] : []),
    "",
    `  Every call is one row in ${report.eventFile}, a SQLite file. Look into it:`,
    `    npx seam stats --store ${report.eventFile}`,
    `    npx seam calls --store ${report.eventFile} --error any`,
  ].join("\n");
}

function line(label: string, cells: readonly string[]): string {
  return `  ${label.padEnd(26)}${cells.map((cell) => cell.padStart(13)).join("")}`;
}

function faultLines(faults: RunReport["faults"]): string[] {
  const names = Object.entries(faults).sort(([, a], [, b]) => b - a);
  if (names.length === 0) return [];
  const cells = names.map(([name, times]) => `${name} ×${times}`.padEnd(22));
  const lines = [bold(`  ${total(faults)} faults survived`)];
  while (cells.length > 0) lines.push(`    ${cells.splice(0, 4).join("").trimEnd()}`);
  return [...lines, ""];
}

function verdict({ tickets, lost }: RunReport): string {
  return lost === 0
    ? styleText("green", `  ${tickets} tickets in, ${tickets} accounted for, 0 lost.`)
    : styleText("red", `  ${lost} of ${tickets} tickets were lost.`);
}

function total(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, one) => sum + one, 0);
}

function bold(text: string): string {
  return styleText("bold", text);
}

/** A few tickets with all that came of them, and every step that ended with an error. */
export function renderOutcomes(outcomes: readonly Outcome[]): string {
  const whole = outcomes.filter(({ note, reply }) => note !== undefined && reply !== undefined);
  const failed = outcomes.filter(({ failures }) => failures.length > 0);
  return [...whole.slice(0, samples).map(renderWhole), ...failed.map(renderFailed)].join("\n");
}

const samples = 2;

function renderWhole({ ticket, record, note, reply }: Outcome): string {
  const { category, priority, language, orderNumber } = record ?? {};
  return [
    `  ${bold(ticket.id)}  ${shorten(ticket.text)}`,
    `    record  ${category}, ${priority}, ${language}, order ${orderNumber ?? "unknown"}`,
    `    note    ${shorten(note ?? "")}`,
    `    reply   ${shorten(reply ?? "")}`,
  ].join("\n");
}

function renderFailed({ ticket, failures }: Outcome): string {
  const lines = failures.map(
    ({ step, code, message }) => `    ${styleText("yellow", `${step}: ${code}.`)} ${message}`,
  );
  return [`  ${bold(ticket.id)}  ${shorten(ticket.text)}`, ...lines].join("\n");
}

function shorten(text: string): string {
  const flat = text.replace(/\s+/g, " ");
  return flat.length <= 84 ? flat : `${flat.slice(0, 83)}…`;
}
