import { isUtf8 } from "node:buffer";
import { ConfigError } from "../../errors.ts";
import { type Line, linesOf } from "../../util/lines.ts";
import type { DataSource } from "../suite/define-eval.ts";
import { type DataOptions, type FileRecord, fileSource, notUtf8 } from "./source.ts";

/**
 * Cases of a JSONL file, a JSON object a line, read as they are needed. Rows may be written as Seam, autoevals, Langfuse,
 * Inspect or promptfoo (`vars`) write them; what else they hold lands in `metadata`.
 *
 * @param path counts from the folder of the eval file
 * @throws ConfigError for a line that is no row, with file and line
 *
 * @example data: jsonl<{ text: string }, { urgent: boolean }>("tickets.jsonl")
 * @example data: jsonl("tickets.jsonl", { schema: { input: z.object({ text: z.string() }) } })
 */
export function jsonl<Input = unknown, Expected = unknown>(
  path: string,
  options: DataOptions<Input, Expected> = {},
): DataSource<Input, Expected> {
  return fileSource(path, options, jsonRecords);
}

/** The records of a JSONL file, empty lines passed over; throws ConfigError for a line that is no JSON. */
export async function* jsonRecords(
  path: string,
  signal?: AbortSignal,
): AsyncGenerator<FileRecord, void, void> {
  for await (const line of linesOf(path, signal)) {
    if (line.text.trim() === "") continue;
    yield { line: line.number, record: parsedLine(line, path) };
  }
}

/** The value of a line of a file; throws ConfigError with the place where it has none. */
export function parsedLine({ text, number, bytes }: Line, path: string): unknown {
  const place = `${path}:${number}`;
  if (!isUtf8(bytes)) throw notUtf8(place);
  try {
    return JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ConfigError(
      {
        summary: `${place}: The line is no JSON: ${reason}`,
        advice: "Write one JSON object a line.",
      },
      { cause },
    );
  }
}
