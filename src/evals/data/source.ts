import { resolve } from "node:path";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import { ConfigError, issueText } from "../../errors.ts";
import { checkAgainst, isRecord } from "../../patterns/extract/shape.ts";
import type { CaseRow } from "../suite/case.ts";
import type { DataSource, ReadFrom } from "../suite/define-eval.ts";
import { rowOf } from "./row-of.ts";

/** How the records of a file become rows. */
export interface DataOptions<Input, Expected, Value = unknown> {
  /** What each row's input and expected must be: schemas of Zod, Valibot, ArkType or any Standard Schema library. */
  readonly schema?:
    | {
        readonly input?: StandardSchemaV1<unknown, Input> | undefined;
        readonly expected?: StandardSchemaV1<unknown, Expected> | undefined;
      }
    | undefined;
  /**
   * Makes a row, or something that is written like one, of a record that is none; `null` leaves the record out.
   *
   * @example row: ({ question, answer }) => ({ input: question, expected: answer })
   */
  readonly row?: ((record: Readonly<Record<string, Value>>) => object | null) | undefined;
  /** `true`: rows whose `review` is still `open` are left out. Default: only those that were rejected are. */
  readonly reviewed?: boolean | undefined;
}

/** A record of a file, and the line where it begins. */
export interface FileRecord {
  readonly line: number;
  readonly record: unknown;
}

/** Records of a file, as rows. */
export function fileSource<Input, Expected, Value>(
  path: string,
  options: DataOptions<Input, Expected, Value>,
  records: (file: string, signal: AbortSignal) => AsyncIterable<FileRecord>,
): DataSource<Input, Expected> {
  return {
    name: path,
    read: async function* ({ folder, signal }: ReadFrom) {
      const file = resolve(folder, path);
      for await (const { line, record } of readable(file, records(file, signal))) {
        const row = await rowAt(`${file}:${line}`, record, options);
        if (row !== null) yield row;
      }
    },
  };
}

/** The row of a record; `null` where it is to be left out. What is wrong with it is said with its place. */
async function rowAt<Input, Expected, Value>(
  place: string,
  record: unknown,
  { row: make, schema, reviewed = false }: DataOptions<Input, Expected, Value>,
): Promise<CaseRow<Input, Expected> | null> {
  if (isRecord(record) && isLeftOut(record["review"], reviewed)) return null;
  try {
    const own = make !== undefined && isRecord(record) ? make : undefined;
    const made: unknown = own === undefined ? record : own(record as Record<string, Value>);
    if (own !== undefined && made === null) return null;
    const row = rowOf(made);
    const { expected: said, ...rest } = row;
    const input = await fitting("input", row.input, schema?.input);
    if (said === undefined) return { ...rest, input };
    return { ...rest, input, expected: await fitting("expected", said, schema?.expected) };
  } catch (cause) {
    throw placed(place, cause);
  }
}

function isLeftOut(review: unknown, reviewed: boolean): boolean {
  return review === "rejected" || (reviewed && review === "open");
}

async function fitting<T>(
  name: "input" | "expected",
  value: unknown,
  schema: StandardSchemaV1<unknown, T> | undefined,
): Promise<T> {
  // Without a schema, the type is what the suite says of its own file.
  if (schema === undefined) return value as T;
  const reading = await checkAgainst(schema, value);
  if (reading.ok) return reading.value as T;
  throw new ConfigError({
    summary: `Its \`${name}\` does not fit the schema: ${reading.issues.map(issueText).join("; ")}`,
    advice: "Mend the row, or the schema.",
    issues: reading.issues.map(({ path, message }) => ({
      path: path === "" ? name : `${name}.${path}`,
      message,
    })),
  });
}

/** A fault of a file, with the place where it is. */
export function placed(place: string, cause: unknown): ConfigError {
  const message = cause instanceof Error ? cause.message : String(cause);
  const issues = cause instanceof ConfigError ? cause.issues : [];
  return new ConfigError({ summary: `${place}: ${message}`, advice: "", issues }, { cause });
}

/** What the file system has against it is said in words. */
export async function* readable<T>(
  path: string,
  records: AsyncIterable<T>,
): AsyncGenerator<T, void, void> {
  try {
    yield* records;
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
    if (code === "ENOENT") {
      throw new ConfigError(
        {
          summary: `There is no data file ${path}`,
          advice: "Check the path; in an eval file it counts from the folder of that file.",
        },
        { cause },
      );
    }
    if (code !== "EACCES" && code !== "EISDIR") throw cause;
    throw new ConfigError(
      {
        summary: `The data file ${path} cannot be read: ${code}`,
        advice: "Name a file that you may read.",
      },
      { cause },
    );
  }
}

/** Read on, it would be other text, with a mark of replacement for each letter that is none. */
export function notUtf8(place: string, cause?: unknown): ConfigError {
  return new ConfigError(
    {
      summary: `${place}: The file is not UTF-8`,
      advice: 'Save it as UTF-8; spreadsheets call it "CSV UTF-8".',
    },
    { cause },
  );
}
