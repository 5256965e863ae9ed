import type { Baseline, BaselineCase } from "../baseline/baseline.ts";
import { type CaseTally, meanOf, scoresOf } from "../result/tally.ts";
import type { Pair } from "../stats/paired-difference.ts";

/** Which cases of a run its baseline has, too. */
export interface Pairing {
  /** By the id of the case. */
  readonly before: ReadonlyMap<string, BaselineCase>;
  readonly onlyNow: readonly string[];
  readonly onlyBefore: readonly string[];
  /** They ask or expect something else than they did: another case under the same id. */
  readonly changed: readonly string[];
}

export function pairingOf(cases: readonly CaseTally[], baseline: Baseline): Pairing {
  const before = new Map<string, BaselineCase>();
  const onlyNow: string[] = [];
  const changed: string[] = [];
  for (const { id, hash } of cases) {
    const known = baseline.cases.get(id);
    if (known === undefined) onlyNow.push(id);
    else if (known.hash !== hash) changed.push(id);
    else before.set(id, known);
  }
  const ids = new Set(cases.map(({ id }) => id));
  const onlyBefore = [...baseline.cases.keys()].filter((id) => !ids.has(id));
  return { before, onlyNow, onlyBefore, changed };
}

/** The cases that have a score by this metric on both sides. */
export function pairsOf(
  cases: readonly CaseTally[],
  { before }: Pairing,
  metric: { readonly name: string; readonly index: number },
): Pair[] {
  return cases.flatMap((each) => {
    const trials = {
      before: before.get(each.id)?.scores.get(metric.name) ?? [],
      after: scoresOf(each.trials, metric.index),
    };
    const [mean, meanNow] = [meanOf(trials.before), meanOf(trials.after)];
    if (mean === null || meanNow === null) return [];
    return [{ id: each.id, cluster: each.cluster, before: mean, after: meanNow, trials }];
  });
}
