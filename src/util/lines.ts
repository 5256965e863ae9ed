import { createReadStream } from "node:fs";

/** A line of a file, without its end. */
export interface Line {
  /** Counts from 1. */
  readonly number: number;
  readonly text: string;
  /** As it stands there: with a byte order mark and a carriage return, and with what is no UTF-8. */
  readonly bytes: Buffer;
}

const lineFeed = 10;

/**
 * The lines of a UTF-8 file, read as they are needed. A line ends with a line feed and nothing else: a JSON text may hold
 * U+2028, which `readline` takes for an end as well.
 */
export async function* linesOf(
  path: string,
  signal?: AbortSignal,
): AsyncGenerator<Line, void, void> {
  const chunks: AsyncIterable<Buffer> = createReadStream(path, { signal });
  let number = 0;
  let begun: Buffer[] = [];
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(lineFeed); end >= 0; end = chunk.indexOf(lineFeed, start)) {
      yield lineOf([...begun, chunk.subarray(start, end)], ++number);
      begun = [];
      start = end + 1;
    }
    if (start < chunk.length) begun.push(chunk.subarray(start));
  }
  if (begun.length > 0) yield lineOf(begun, ++number);
}

function lineOf(pieces: readonly Buffer[], number: number): Line {
  const bytes = pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces);
  return { number, text: cleanEnds(bytes.toString(), number), bytes };
}

/** Without the byte order mark and the carriage return that Windows puts there. */
function cleanEnds(text: string, number: number): string {
  const start = number === 1 && text.startsWith("\ufeff") ? 1 : 0;
  return text.slice(start, text.endsWith("\r") ? -1 : undefined);
}
