import { createReadStream } from "node:fs";

/** A line of a file, without its end. */
export interface Line {
  /** Counts from 1. */
  readonly number: number;
  readonly text: string;
}

/**
 * The lines of a UTF-8 file, read as they are needed. A line ends with a line feed and nothing else: a JSON text may hold
 * U+2028, which `readline` takes for an end as well.
 */
export async function* linesOf(
  path: string,
  signal?: AbortSignal,
): AsyncGenerator<Line, void, void> {
  const chunks: AsyncIterable<string> = createReadStream(path, { encoding: "utf8", signal });
  let number = 0;
  let begun: string[] = [];
  for await (const chunk of chunks) {
    const pieces = chunk.split("\n");
    for (const piece of pieces.slice(0, -1)) {
      begun.push(piece);
      yield { number: ++number, text: cleanEnds(begun.join(""), number) };
      begun = [];
    }
    begun.push(pieces.at(-1) ?? "");
  }
  const last = begun.join("");
  if (last !== "") yield { number: ++number, text: cleanEnds(last, number) };
}

/** Without the byte order mark and the carriage return that Windows puts there. */
function cleanEnds(text: string, number: number): string {
  const start = number === 1 && text.startsWith("\ufeff") ? 1 : 0;
  return text.slice(start, text.endsWith("\r") ? -1 : undefined);
}
