import { z } from "zod";
import { canonical } from "../../call/canonical.ts";
import { ConfigError } from "../../errors.ts";
import type { RunEnd, TrialCall, TrialRecord } from "../run/records.ts";
import { type RunOptions, runSuite } from "../run/run-suite.ts";
import { plus } from "../run/used.ts";
import type { JudgeIdentity, Scorer } from "../scorer.ts";
import { defineEval } from "../suite/define-eval.ts";
import { type Suite, suiteOf } from "../suite/suite.ts";
import type { JudgedLabel } from "./agreement.ts";
import type { Labelled } from "./labelled.ts";

/** A scorer that is a judge. */
export type Judge = Scorer & { readonly judge: JudgeIdentity };

/** What a judge has said of labelled outputs. */
export interface JudgedLabels {
  readonly labels: readonly JudgedLabel[];
  /** Who has judged them; `null` where nobody was asked. */
  readonly by: Pick<TrialCall, "target" | "model"> | null;
  /** Outputs that another model has judged, e.g. a fallback: they are left out. */
  readonly byOthers: number;
  /** Outputs that the judge does not apply to. */
  readonly notApplicable: number;
  readonly faults: readonly { readonly id: string; readonly fault: string }[];
  /** What that has cost now, in US dollars; `null` where it is not known. */
  readonly spentUsd: number | null;
  readonly reason: RunEnd["reason"];
}

/** The labelled outputs as a suite whose feature has answered already, and whose only scorer is the judge. */
export function calibrationSuite(judge: Judge, labelled: readonly Labelled[]): Suite {
  const outputs = new Map(labelled.map(({ row, output }) => [row.id, output]));
  return suiteOf(
    defineEval<unknown, unknown, unknown>({
      name: "calibration",
      data: labelled.map(({ row }) => row),
      run: (_, { id }) => outputs.get(id),
      // No verdict is a failure here.
      scorers: [{ ...judge, passAt: 0 }],
    }),
  );
}

/**
 * Has labelled outputs judged. Answers are kept as those of suites are: doing it again costs nothing.
 *
 * @throws ConfigError for a judge that does not say its verdict, and all that `runSuite` throws
 */
export async function judgeLabels(
  judge: Judge,
  labelled: readonly Labelled[],
  options: Omit<RunOptions, "folder">,
): Promise<JudgedLabels> {
  const rows: TrialRecord[] = [];
  const { reason } = await runSuite(calibrationSuite(judge, labelled), {
    ...options,
    folder: "",
    onRow: async (row) => {
      rows.push(row);
      await options.onRow(row);
    },
  });
  const judged = rows.flatMap((row) => judgedRow(row, judge) ?? []);
  const main = mostFrequent(judged.flatMap(({ by }) => by ?? []));
  const kept = judged.filter(({ by }) => by === main || by === undefined);
  const humans = new Map(labelled.map(({ row, human }) => [row.id, human]));
  const faults = rows.flatMap(({ case: id, scores }) => {
    const fault = scores[judge.name]?.fault ?? null;
    return fault === null ? [] : [{ id, fault }];
  });
  return {
    labels: kept.flatMap(({ id, said }) => {
      const human = humans.get(id);
      return human === undefined ? [] : [{ id, human, ...said }];
    }),
    by: judged.find(({ by }) => by !== undefined && by === main)?.call ?? null,
    byOthers: judged.length - kept.length,
    notApplicable: rows.length - judged.length - faults.length,
    faults,
    spentUsd: rows.map(({ judgeUsd }) => judgeUsd).reduce(plus, 0),
    reason,
  };
}

interface JudgedRow {
  readonly id: string;
  /** The models that have judged it, in one word; `undefined`: none was asked. */
  readonly by: string | undefined;
  readonly call: TrialCall | undefined;
  readonly said: Omit<JudgedLabel, "id" | "human">;
}

function judgedRow(row: TrialRecord, judge: Judge): JudgedRow | undefined {
  const { score, details } = row.scores[judge.name] ?? { score: null, details: null };
  if (score === null) return undefined;
  const calls = row.judgeCalls[judge.name] ?? [];
  const models = new Set(calls.map(({ target, model }) => canonical([target, model])));
  return {
    id: row.case,
    by: calls.length === 0 ? undefined : [...models].sort().join(" "),
    call: calls[0],
    said: { score, ...saidIn(details, judge) },
  };
}

const verdict = z.enum(["win", "tie", "loss"]);
const said = z.object({
  verdict: z.union([z.string(), z.number()]),
  length: z.number(),
  orders: z.array(z.object({ shownFirst: verdict, shownSecond: verdict })).default([]),
});

/** What {@link judge} says of each score. */
function saidIn(
  details: unknown,
  { name, judge: { verdicts } }: Judge,
): Pick<JudgedLabel, "judge" | "length" | "orders"> {
  const { data } = said.safeParse(details);
  const known = verdicts.find((one) => one.verdict === data?.verdict);
  if (data !== undefined && known !== undefined) return { ...data, judge: known.verdict };
  throw new ConfigError({
    summary: `The judge ${JSON.stringify(name)} does not say its verdict and length in \`details\``,
    advice: "Make it with `judge` of llm-seam/evals.",
  });
}

function mostFrequent(values: readonly string[]): string | undefined {
  const groups = [...Map.groupBy(values, (value) => value).values()];
  return groups.toSorted((a, b) => b.length - a.length)[0]?.[0];
}
