import { randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, realpath, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { pipeline } from "node:stream/promises";
import { SeamError } from "../../../call/seam-error.ts";
import { ConfigError } from "../../../errors.ts";
import { jsonLine } from "../clean.ts";
import { htmlOf } from "./html.ts";
import { junitOf } from "./junit.ts";
import { markdownOf } from "./markdown.ts";
import type { Report } from "./report.ts";

/** Where each report goes; those without a path are not written. */
export interface ReportFiles {
  readonly html?: string | undefined;
  readonly jsonl?: string | undefined;
  readonly junit?: string | undefined;
  readonly markdown?: string | undefined;
}

type Kind = keyof ReportFiles;

const writers: Readonly<Record<Kind, (reports: readonly Report[]) => AsyncIterable<string>>> = {
  html: htmlOf,
  jsonl: rowsOf,
  junit: junitOf,
  markdown: async function* (reports) {
    yield markdownOf(reports.map(({ result }) => result));
  },
};

/**
 * Writes the reports that files were named for. Each is whole or not there: what stood at its place stays until then,
 * unless it is no file.
 *
 * @throws ConfigError where a file cannot be written.
 */
export async function writeReports(files: ReportFiles, reports: readonly Report[]): Promise<void> {
  for (const kind of Object.keys(writers) as Kind[]) {
    const path = files[kind];
    if (path !== undefined) await write(path, writers[kind](reports));
  }
}

/** The rows of the runs' files, one suite after another: what `seam eval merge` reads. */
async function* rowsOf(reports: readonly Report[]): AsyncGenerator<string, void, void> {
  for (const { rows } of reports) for await (const row of rows()) yield `${jsonLine(row)}\n`;
}

async function write(path: string, parts: AsyncIterable<string>): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    const there = await stat(path).catch(() => undefined);
    // A pipe or a device, e.g. /dev/stdout, is written to; what a link names is replaced, and not the link.
    if (there?.isFile() === false) await pipeline(parts, createWriteStream(path));
    else await replace(there === undefined ? path : await realpath(path), parts);
  } catch (cause) {
    if (SeamError.is(cause)) throw cause;
    throw new ConfigError(
      {
        summary: `The report ${path} could not be written: ${cause instanceof Error ? cause.message : String(cause)}`,
        advice: "Check the folder, its rights, and the space on the disk.",
      },
      { cause },
    );
  }
}

async function replace(path: string, parts: AsyncIterable<string>): Promise<void> {
  const made = `${path}.${randomUUID()}`;
  try {
    await pipeline(parts, createWriteStream(made, { flags: "wx", mode: 0o600 }));
    await rename(made, path);
  } catch (error) {
    await rm(made, { force: true });
    throw error;
  }
}
