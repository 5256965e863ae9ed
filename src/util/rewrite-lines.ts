import { open, readdir, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { withFileLock } from "./file-lock.ts";
import { newId } from "./id.ts";
import { type Line, linesOf } from "./lines.ts";

/** A new file may hold what users wrote: it is its owner's alone, until somebody says otherwise. */
const modeOfNew = 0o600;

/**
 * Writes a file anew, line by line: `change` is given its lines (none, where there is no file) and gives all that shall
 * stand there; a line that it gives back stays as it was, byte for byte. Others see the old file or the new one, whole; a process that is killed leaves the old one. Several
 * processes take turns.
 */
export async function rewriteLines(
  path: string,
  change: (lines: AsyncIterable<Line>) => AsyncIterable<Line | string>,
): Promise<void> {
  // A link stays one: what it leads to is written anew.
  const file = await realpath(path).catch(() => path);
  await withFileLock(file, async ({ wasKilled }) => {
    if (wasKilled) await removeHalfWritten(file);
    const mode = await modeOf(file);
    const made = `${file}.${newId()}`;
    try {
      const lines = change(mode === undefined ? nothing() : linesOf(file));
      const handle = await open(made, "wx", mode ?? modeOfNew);
      await pipeline(Readable.from(ended(lines)), handle.createWriteStream({ flush: true }));
      await rename(made, file);
    } finally {
      await rm(made, { force: true });
    }
  });
}

/** What a killed process had written of the new file lies beside the old one, with an id for its ending. */
async function removeHalfWritten(file: string): Promise<void> {
  const [folder, name] = [dirname(file), `${basename(file)}.`];
  const halves = (await readdir(folder)).filter(
    (each) => each.startsWith(name) && /^[0-9a-z]{20}$/.test(each.slice(name.length)),
  );
  await Promise.all(halves.map((half) => rm(join(folder, half), { force: true })));
}

async function modeOf(file: string): Promise<number | undefined> {
  try {
    return (await stat(file)).mode & 0o777;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

async function* nothing(): AsyncGenerator<Line, void, void> {}

async function* ended(
  lines: AsyncIterable<Line | string>,
): AsyncGenerator<Buffer | string, void, void> {
  for await (const line of lines) {
    if (typeof line === "string") yield `${line}\n`;
    else yield Buffer.concat([line.bytes, Buffer.from("\n")]);
  }
}
