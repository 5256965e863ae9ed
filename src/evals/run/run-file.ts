import { type FileHandle, mkdir, open, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ConfigError } from "../../errors.ts";
import { kept } from "../../patterns/kept.ts";
import { linesOf } from "../../util/lines.ts";
import type { RunRow, RunStart } from "./records.ts";

/** The file of a run, which grows by a line for each of its rows. */
export class RunFile {
  readonly path: string;
  readonly #handle: FileHandle;
  #waiting = "";
  #writing: Promise<void> | undefined;

  private constructor(path: string, handle: FileHandle) {
    this.path = path;
    this.#handle = handle;
  }

  /**
   * Begins the file of a run that there is none of.
   *
   * @throws StoreUnavailable
   */
  static async create(path: string, start: RunStart): Promise<RunFile> {
    const handle = await kept(`The run's file ${path} cannot be made`, async () => {
      await mkdir(dirname(path), { recursive: true });
      // Rows hold prompts and answers, which are not for the repository.
      await writeFile(join(dirname(path), ".gitignore"), "*\n");
      return await open(path, "ax");
    });
    const file = new RunFile(path, handle);
    await file.add(start);
    return file;
  }

  /** Resolves when the row is written; rows that come while others are written go together. */
  add(row: RunRow): Promise<void> {
    this.#waiting += `${JSON.stringify(row)}\n`;
    this.#writing ??= this.#write();
    return this.#writing;
  }

  /** Everything is on the disk after that. */
  async close(): Promise<void> {
    try {
      await this.#writing;
      await kept(`The run's file ${this.path} cannot be written`, () => this.#handle.sync());
    } finally {
      await this.#handle.close();
    }
  }

  async #write(): Promise<void> {
    try {
      while (this.#waiting !== "") {
        const text = this.#waiting;
        this.#waiting = "";
        await kept(`The run's file ${this.path} cannot be written`, () =>
          this.#handle.appendFile(text),
        );
      }
    } finally {
      this.#writing = undefined;
    }
  }
}

/**
 * The rows of a run's file, or of several runs that stand in one file. A last line without an end, as a process leaves it that is killed, is none.
 *
 * @throws ConfigError for a file that is not there, or not of a run
 */
export async function* readRows(path: string): AsyncGenerator<RunRow> {
  let torn: number | undefined;
  try {
    for await (const { number, text } of linesOf(path)) {
      if (torn !== undefined) throw notOfRun(path, `its line ${torn} is no JSON`);
      const row = rowOf(text);
      if (row === undefined) torn = number;
      else yield checked(row, path, number);
    }
  } catch (cause) {
    throw cause instanceof ConfigError ? cause : unreadable(path, cause);
  }
}

function unreadable(path: string, cause: unknown): ConfigError {
  return new ConfigError(
    {
      summary: `The run's file ${path} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
      advice: "Name a file of a run, as `seam eval` writes them to `.seam/evals/`.",
    },
    { cause },
  );
}

function rowOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function checked(row: unknown, path: string, number: number): RunRow {
  const { type, format } = (row ?? {}) as { type?: unknown; format?: unknown };
  if (type === "run" && format !== 1) {
    const why = `it is of the format ${JSON.stringify(format)}, which a newer release writes`;
    throw notOfRun(path, why);
  }
  if (type === "run" || (number > 1 && (type === "trial" || type === "end"))) return row as RunRow;
  throw notOfRun(path, `its line ${number} is of the type ${JSON.stringify(type) ?? "undefined"}`);
}

function notOfRun(path: string, why: string): ConfigError {
  return new ConfigError({
    summary: `${path} is no file of a run: ${why}`,
    advice: "Name a file of a run, as `seam eval` writes them to `.seam/evals/`.",
  });
}

/** Of a file of several runs, the rows of those of one suite. */
export async function* rowsOfSuite(path: string, suite: string): AsyncGenerator<RunRow> {
  let isOfSuite = false;
  for await (const row of readRows(path)) {
    if (row.type === "run") isOfSuite = row.suite === suite;
    if (isOfSuite) yield row;
  }
}
