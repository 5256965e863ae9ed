import { ConfigError } from "../../errors.ts";
import { isRecord } from "../../patterns/extract/shape.ts";
import { jsonRecords } from "../data/jsonl.ts";
import { rowOf } from "../data/row-of.ts";
import { placed, readable } from "../data/source.ts";
import type { JudgeIdentity, JudgeVerdict } from "../scorer.ts";
import type { CaseRow } from "../suite/case.ts";

/** An output, and what a person said of it by the judge's metric. */
export interface Labelled {
  readonly row: CaseRow & { readonly id: string };
  readonly output: unknown;
  readonly human: JudgeVerdict;
}

export interface LabelledFile {
  readonly labelled: readonly Labelled[];
  /** Rows that nobody has labelled by this metric, or that were rejected. */
  readonly unlabelled: number;
}

/**
 * The labelled rows of a JSONL file, as `seam eval label` writes them: `output`, and beside it `human: { <metric>:
 * { value } }`.
 *
 * @throws ConfigError for a line that is no row, and a label that the judge does not know, with file and line
 */
export async function readLabelled(
  path: string,
  metric: string,
  judge: Pick<JudgeIdentity, "verdicts">,
  signal: AbortSignal,
): Promise<LabelledFile> {
  const labelled: Labelled[] = [];
  const ids = new Set<string>();
  let unlabelled = 0;
  for await (const { line, record } of readable(path, jsonRecords(path, signal))) {
    try {
      const { human, output, ...rest } = isRecord(record) ? record : {};
      const label = isRecord(human) && Object.hasOwn(human, metric) ? human[metric] : undefined;
      if (label === undefined || rest["review"] === "rejected") {
        unlabelled++;
        continue;
      }
      if (output === undefined) throw noLabel("It has a label, and no `output` that was labelled");
      const row = rowOf(rest);
      labelled.push({
        row: { ...row, id: freeId(row.id ?? `line ${line}`, line, ids) },
        output,
        human: verdictOf(label, metric, judge),
      });
    } catch (cause) {
      throw placed(`${path}:${line}`, cause);
    }
  }
  return { labelled, unlabelled };
}

/** Several outputs of one case may be labelled. */
function freeId(id: string, line: number, taken: Set<string>): string {
  const free = taken.has(id) ? `${id} (line ${line})` : id;
  taken.add(free);
  return free;
}

/** Labels are typed by hand: `"4"` is 4. */
function verdictOf(
  label: unknown,
  metric: string,
  { verdicts }: Pick<JudgeIdentity, "verdicts">,
): JudgeVerdict {
  const value = isRecord(label) ? label["value"] : label;
  const known = verdicts.find(({ verdict }) => String(verdict) === String(value));
  if (known !== undefined) return known;
  const names = verdicts.map(({ verdict }) => JSON.stringify(verdict)).join(", ");
  throw noLabel(`Its label ${metric} is ${JSON.stringify(value)}; the judge says one of ${names}`);
}

function noLabel(summary: string): ConfigError {
  return new ConfigError({ summary, advice: "Label it again: `seam eval label`." });
}
