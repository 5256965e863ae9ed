import type { Pairing } from "../compare/pairing.ts";
import { evalDefaults } from "../defaults.ts";
import type { MetricInfo, RunRow, TrialRecord } from "../run/records.ts";
import type { CaseResult } from "./result.ts";
import { type CaseTally, meanOf, meanOfCase, type TrialTally } from "./tally.ts";

/** A case to look at, before its records are read. */
export type Chosen = Omit<CaseResult, "trial"> & { readonly trialNumber: number };

interface Asked {
  readonly metrics: readonly MetricInfo[];
  readonly pairing: Pairing | null;
  readonly critical: ReadonlySet<string>;
  readonly most: number;
}

/** Critical cases that have failed, then the largest falls against the baseline, then the lowest scores. */
export function worstCases(cases: readonly CaseTally[], asked: Asked): Chosen[] {
  const { metrics, critical, most } = asked;
  const ranked = cases
    .flatMap((each) => {
      const chosen = chosenOf(each, asked);
      const fall = fallOf(chosen);
      const failed = metrics.some(({ name, passAt }) => (chosen.scores[name] ?? passAt) < passAt);
      if (fall === 0 && !failed && !critical.has(each.id)) return [];
      return [{ chosen, fall, lowest: Math.min(1, ...scoresIn(chosen.scores)) }];
    })
    .sort((a, b) => b.fall - a.fall || a.lowest - b.lowest);
  const first = ranked.filter(({ chosen }) => critical.has(chosen.id));
  const others = ranked.filter(({ chosen }) => !critical.has(chosen.id));
  return [...first.slice(0, evalDefaults.report.critical), ...others.slice(0, most)].map(
    ({ chosen }) => chosen,
  );
}

/** Reads the rows once more, for the records of the cases that were chosen. */
export async function withTrials(
  chosen: readonly Chosen[],
  rows: AsyncIterable<RunRow>,
): Promise<CaseResult[]> {
  const wanted = new Map(chosen.map(({ id, trialNumber }) => [id, trialNumber]));
  const found = new Map<string, TrialRecord>();
  if (wanted.size > 0) {
    for await (const row of rows) {
      if (row.type !== "trial" || found.has(row.case)) continue;
      if (wanted.get(row.case) === row.trial) found.set(row.case, row);
    }
  }
  return chosen.flatMap(({ trialNumber, ...rest }) => {
    const trial = found.get(rest.id);
    return trial === undefined ? [] : [{ ...rest, trial }];
  });
}

function chosenOf(each: CaseTally, { metrics, pairing }: Asked): Chosen {
  const known = pairing?.before.get(each.id);
  const byMetric = (
    score: (metric: MetricInfo, index: number) => number | null,
  ): Record<string, number | null> =>
    Object.fromEntries(metrics.map((metric, index) => [metric.name, score(metric, index)]));
  return {
    id: each.id,
    critical: each.critical,
    scores: byMetric((_, index) => meanOfCase(each, index)),
    baseline:
      known === undefined ? null : byMetric(({ name }) => meanOf(known.scores.get(name) ?? [])),
    trialNumber: worstTrial(each.trials),
    before: known === undefined ? null : { output: known.output, error: known.error },
  };
}

/** How far the case has fallen by the metric by which it fell most; 0: by none. */
function fallOf({ scores, baseline }: Chosen): number {
  if (baseline === null) return 0;
  const falls = Object.entries(scores).map(([name, score]) => {
    const before = baseline[name] ?? null;
    return score === null || before === null ? 0 : before - score;
  });
  return Math.max(0, ...falls);
}

function scoresIn(scores: CaseResult["scores"]): number[] {
  return Object.values(scores).filter((score) => score !== null);
}

/** The one with the least sum of scores, of those that have any. */
function worstTrial(trials: readonly TrialTally[]): number {
  const sums = trials.map(({ trial, outcomes }) => {
    const scores = outcomes.filter((outcome) => typeof outcome === "number");
    const sum = scores.reduce((total, score) => total + score, 0);
    return { trial, sum: scores.length === 0 ? Number.POSITIVE_INFINITY : sum };
  });
  return sums.reduce((worst, each) => (each.sum < worst.sum ? each : worst)).trial;
}
