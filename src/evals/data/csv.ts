import { createReadStream } from "node:fs";
import { pipeline } from "node:stream";
import { CsvError, parse } from "csv-parse";
import { ConfigError } from "../../errors.ts";
import { jsonIn } from "../../util/json-in.ts";
import type { DataSource } from "../suite/define-eval.ts";
import { type DataOptions, type FileRecord, fileSource, notUtf8, placed } from "./source.ts";

export interface CsvOptions<Input, Expected> extends DataOptions<Input, Expected, string> {
  /** What stands between two cells. Default: `,`. */
  readonly delimiter?: string | undefined;
}

/** The longest row, in bytes; a quote that is never closed would else take all the memory. */
const longestRow = 16 * 1024 * 1024;

/**
 * Cases of a CSV file whose first row names its columns, read as they are needed. All cells are texts; `input.text` and
 * `expected.label` are members of objects; the cells of `metadata` may hold JSON objects. What has no place of its own
 * lands in `metadata`. An empty cell says nothing, but for one of `input`.
 *
 * @param path counts from the folder of the eval file
 * @throws ConfigError for a row that cannot be read, with file and line
 *
 * @example data: csv<string, string>("capitals.csv") // input,expected,region
 * @example data: csv("sums.csv", { schema: { expected: z.coerce.number() } })
 */
export function csv<Input = unknown, Expected = unknown>(
  path: string,
  { delimiter, ...options }: CsvOptions<Input, Expected> = {},
): DataSource<Input, Expected> {
  const { row = nested } = options;
  return fileSource(path, { ...options, row }, (file, signal) =>
    csvRecords(file, { delimiter, signal }),
  );
}

type Cells = Readonly<Record<string, string>>;

/** A row of a CSV file, by the names of its columns. */
export interface CsvRecord extends FileRecord {
  readonly record: Cells;
}

interface CsvReading {
  readonly delimiter?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The rows of a CSV file with the lines where they end; throws ConfigError for one that cannot be read. */
export async function* csvRecords(
  path: string,
  { delimiter = ",", signal }: CsvReading = {},
): AsyncGenerator<CsvRecord, void, void> {
  const parser = parse({
    bom: true,
    delimiter,
    columns: checkedNames,
    info: true,
    skip_empty_lines: true,
    max_record_size: longestRow,
  });
  // What goes wrong on the way is thrown by the loop.
  pipeline(createReadStream(path, { signal }), utf8Only, parser, () => undefined);
  const rows: AsyncIterable<{ record: Record<string, string>; info: { lines: number } }> = parser;
  let line = 1;
  try {
    for await (const { record, info } of rows) {
      line = info.lines;
      yield { line, record };
    }
  } catch (cause) {
    if (codeOf(cause) === "ERR_ENCODING_INVALID_ENCODED_DATA") {
      throw notUtf8(`${path}, after line ${line}`, cause);
    }
    if (cause instanceof CsvError) throw placed(`${path}:${String(cause["lines"] ?? line)}`, cause);
    throw cause instanceof ConfigError ? placed(`${path}:1`, cause) : cause;
  }
}

async function* utf8Only(chunks: AsyncIterable<Buffer>): AsyncGenerator<string, void, void> {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  for await (const chunk of chunks) yield decoder.decode(chunk, { stream: true });
  yield decoder.decode();
}

function codeOf(cause: unknown): unknown {
  return cause instanceof Error && "code" in cause ? cause.code : undefined;
}

function checkedNames(names: readonly string[]): string[] {
  const trimmed = names.map((name) => name.trim());
  const twice = trimmed.find((name, index) => trimmed.indexOf(name) !== index);
  if (twice === undefined && !trimmed.includes("")) return trimmed;
  throw new ConfigError({
    summary:
      twice === undefined || twice === ""
        ? "A column has no name"
        : `Two columns are named ${JSON.stringify(twice)}`,
    advice: "Give each column a name of its own in the first row.",
  });
}

/** `input.text`, `expected.label`, `metadata.region`: members of objects. */
const memberName = /^(input|expected|metadata)\.(.+)$/s;

/** Cells as a row: members gathered into objects, empty cells left out, `metadata` and `critical` read. */
function nested(cells: Cells): object {
  const plain = new Map<string, unknown>();
  const members = new Map<string, [name: string, cell: string][]>();
  for (const [name, cell] of Object.entries(cells)) {
    const [, column, member] = memberName.exec(name) ?? [];
    if (cell === "" && (column ?? name) !== "input") continue;
    if (column === undefined || member === undefined) plain.set(name, read(name, cell));
    else members.set(column, [...(members.get(column) ?? []), [member, cell]]);
  }
  const twice = [...members.keys()].find((column) => plain.has(column));
  if (twice !== undefined) {
    throw new ConfigError({
      summary: `There are both \`${twice}\` and columns of its members`,
      advice: `Keep \`${twice}\`, or \`${twice}.…\` alone.`,
    });
  }
  for (const [column, entries] of members) plain.set(column, Object.fromEntries(entries));
  return Object.fromEntries(plain);
}

function read(name: string, cell: string): unknown {
  if (name === "metadata") return jsonIn(cell) ?? cell;
  if (name === "critical" && /^(?:true|false)$/i.test(cell)) return cell.toLowerCase() === "true";
  return cell;
}
