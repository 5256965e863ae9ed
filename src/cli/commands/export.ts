import { createWriteStream } from "node:fs";
import { resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { type Command, InvalidArgumentError, Option } from "commander";
import { ConfigError } from "../../errors.ts";
import type { CallEvent, EventReader } from "../../events.ts";
import { type FilterOptions, filterOf, withFilters } from "../filters.ts";
import { findStore, type StoreOptions, shortPath, withStoreOptions } from "../find-store.ts";
import { jsonLine, multiLine } from "../output/clean.ts";
import { csvLine } from "../output/csv.ts";
import { counted } from "../output/format.ts";
import { progressLine } from "../output/progress.ts";
import { isTerminal, note } from "../output/terminal.ts";

interface ExportOptions extends FilterOptions, StoreOptions {
  readonly jsonl?: true;
  readonly csv?: true;
  readonly out?: string;
  readonly fields?: readonly string[];
  readonly children?: true;
}

/** Every field of an event, in the order of the columns. */
const eventFields = Object.keys({
  id: true,
  parentId: true,
  traceId: true,
  time: true,
  task: true,
  pattern: true,
  mode: true,
  tags: true,
  arm: true,
  target: true,
  answeredBy: true,
  model: true,
  content: true,
  prompt: true,
  response: true,
  usage: true,
  costUsd: true,
  unpricedAttempts: true,
  savedUsd: true,
  latencyMs: true,
  firstTokenMs: true,
  queuedMs: true,
  source: true,
  attempts: true,
  reroutes: true,
  resumes: true,
  finishReason: true,
  errorCode: true,
  errorMessage: true,
  fingerprint: true,
  promptFingerprint: true,
  children: true,
  repeatOf: true,
  tool: true,
  notes: true,
} satisfies Record<keyof CallEvent, true>);

const examples = `
In CSV, lists and objects are JSON, and a text that a spreadsheet would take for a formula has an
apostrophe in front. Times are milliseconds since 1970.

Examples:
  seam export --since 7d > calls.jsonl
  seam export --csv --out spend.csv --fields id,time,task,tags.user,usage.inputTokens,costUsd
  seam export --jsonl --children --task classify-ticket | gzip > tickets.jsonl.gz`;

export function addExport(program: Command): void {
  const command = program
    .command("export")
    .description("Write out the calls, the oldest first, as JSON lines or CSV.")
    .addOption(new Option("--jsonl", "one JSON object a line (the default)").conflicts("csv"))
    .option("--csv", "a line of names, then one line a call")
    .option("--out <file>", "write to this new file instead of standard output")
    .option("--fields <names>", "only these, with commas between: task,usage,tags.user", fieldNames)
    .option("--children", "also the calls that were made for other calls");
  withStoreOptions(withFilters(command)).addHelpText("after", examples).action(exportCalls);
}

function fieldNames(text: string): string[] {
  const names = text.split(",").map((name) => name.trim());
  const unknown = names.find((name) => !eventFields.includes(name.split(".", 1)[0] ?? ""));
  if (unknown === undefined) return names;
  throw new InvalidArgumentError(
    `There is no field ${JSON.stringify(unknown)}. Known: ${eventFields.join(", ")}.`,
  );
}

async function exportCalls(options: ExportOptions): Promise<void> {
  const { path, from } = await findStore(options);
  const { openEvents } = await import("../../events.ts");
  using events = openEvents(path);
  note(`${shortPath(path)} (${from})`);
  if (options.out === undefined) {
    await pipeline(linesOf(events, options), safeToSee, process.stdout, { end: false });
    return;
  }
  const progress = progressLine();
  let written = 0;
  const tell = (): void => progress.show(counted(++written, "call"));
  try {
    const file = createWriteStream(options.out, { flags: "wx", mode: 0o600 });
    await pipeline(linesOf(events, options, tell), file);
  } catch (cause) {
    throw unwritten(options.out, cause);
  } finally {
    progress.clear();
  }
  note(`${counted(written, "call")} written to ${shortPath(resolve(options.out))}`);
}

async function* linesOf(
  events: EventReader,
  options: ExportOptions,
  onCall: () => void = () => {},
): AsyncGenerator<string, void, void> {
  const fields = options.fields ?? eventFields;
  if (options.csv) yield csvLine(fields);
  const scope = options.children ? "all" : "roots";
  for await (const call of events.each({ ...filterOf(options), scope })) {
    const values = fields.map((name) => valueAt(call, name));
    yield options.csv
      ? csvLine(values)
      : `${jsonLine(Object.fromEntries(fields.map((name, index) => [name, values[index]])))}\n`;
    onCall();
  }
}

/** `usage.inputTokens`: a value within a value; `null` where there is none. */
function valueAt(call: CallEvent, name: string): unknown {
  let value: unknown = call;
  for (const key of name.split(".")) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return null;
    value = (value as Readonly<Record<string, unknown>>)[key];
  }
  return value;
}

/** A file gets what is stored; a terminal must not obey it. */
async function* safeToSee(lines: AsyncIterable<string>): AsyncGenerator<string, void, void> {
  for await (const line of lines) yield isTerminal() ? multiLine(line) : line;
}

function unwritten(out: string, cause: unknown): ConfigError {
  const { code, message } = cause as NodeJS.ErrnoException;
  if (code === "EEXIST") {
    return new ConfigError({
      summary: `There is already a file ${out}`,
      advice: "Nothing was written. Choose another name, or remove it.",
    });
  }
  return new ConfigError(
    {
      summary: `The calls could not be written to ${out}: ${message}`,
      advice:
        "What is there is not whole. Check the folder, its rights, and the space on the disk.",
    },
    { cause },
  );
}
