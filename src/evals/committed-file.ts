import type { z } from "zod";
import { ConfigError } from "../errors.ts";
import { linesOf } from "../util/lines.ts";
import { rewriteLines } from "../util/rewrite-lines.ts";
import { messageOf } from "./run/trial-error.ts";

/**
 * A kind of file that is committed beside an eval file: a line for its head, and one for each case, sorted by their ids,
 * so that Git shows what has changed and merges what does not touch.
 */
export interface CommittedFile<Head, Row> {
  /** What it is called in messages, e.g. `baseline`. */
  readonly name: string;
  /** The command that writes it. */
  readonly writtenBy: string;
  readonly head: z.ZodType<Head>;
  readonly row: z.ZodType<Row>;
}

/** @throws ConfigError where the file cannot be written */
export async function writeCommitted(
  path: string,
  { name }: Pick<CommittedFile<unknown, unknown>, "name">,
  lines: Iterable<object>,
): Promise<void> {
  try {
    await rewriteLines(path, async function* () {
      for (const line of lines) yield JSON.stringify(line);
    });
  } catch (cause) {
    throw new ConfigError(
      {
        summary: `The ${name} cannot be written to ${path}: ${messageOf(cause)}`,
        advice: "Make its folder writable.",
      },
      { cause },
    );
  }
}

/** @throws ConfigError which names the line that is none, e.g. one that Git has left between two versions. */
export async function readCommitted<Head, Row extends { readonly case: string }>(
  path: string,
  kind: CommittedFile<Head, Row>,
): Promise<{ readonly head: Head; readonly rows: ReadonlyMap<string, Row> }> {
  let head: { readonly is: Head } | undefined;
  const rows = new Map<string, Row>();
  try {
    for await (const { number, text } of linesOf(path)) {
      if (text.trim() === "") continue;
      const at = `${path}, line ${number}`;
      const value = parsed(text, at, kind);
      if (head === undefined) {
        refuseNewer(value, at, kind);
        head = { is: checked(kind.head, value, at, kind) };
        continue;
      }
      const row = checked(kind.row, value, at, kind);
      if (rows.has(row.case))
        throw unusable(kind, `${at} is the second one of the case ${JSON.stringify(row.case)}`);
      rows.set(row.case, row);
    }
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause;
    throw unusable(kind, `The ${kind.name} ${path} cannot be read: ${messageOf(cause)}`, cause);
  }
  if (head === undefined) throw unusable(kind, `The ${kind.name} ${path} is empty`);
  return { head: head.is, rows };
}

type Named = Pick<CommittedFile<unknown, unknown>, "name" | "writtenBy">;

function parsed(line: string, at: string, kind: Named): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    const isMerge = /^(<{7}|={7}|>{7}|\|{7})/.test(line);
    const what = isMerge ? "is left from a merge that is not finished" : "is no JSON";
    throw unusable(kind, `${at} ${what}`, cause);
  }
}

function refuseNewer(head: unknown, at: string, { writtenBy }: Named): void {
  const { format } = (head ?? {}) as { format?: unknown };
  if (typeof format !== "number" || format <= 1) return;
  throw new ConfigError({
    summary: `${at} is of the format ${format}, which a newer release writes`,
    advice: `Update llm-seam, or write the file anew with \`${writtenBy}\`.`,
  });
}

function checked<Out>(schema: z.ZodType<Out>, value: unknown, at: string, kind: Named): Out {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw unusable(
    kind,
    `${at} is not of a file of the ${kind.name}: ${issue?.path.join(".")}: ${issue?.message}`,
  );
}

function unusable({ writtenBy }: Named, summary: string, cause?: unknown): ConfigError {
  return new ConfigError(
    { summary, advice: `Mend the file, or write it anew with \`${writtenBy}\`.` },
    { cause },
  );
}
