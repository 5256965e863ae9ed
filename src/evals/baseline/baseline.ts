import { evalDefaults } from "../defaults.ts";
import { type CaseTally, meanOf, scoresOf } from "../result/tally.ts";
import { tallyRun } from "../result/tally-run.ts";
import type { RunRow, TrialError, TrialRecord } from "../run/records.ts";

/** What a run is compared with: an earlier one, without what only its reports need. */
export interface Baseline {
  /** Where it was read from, for people. */
  readonly from: string;
  readonly suite: string;
  readonly run: string;
  readonly commit: string | null;
  readonly startedAt: number;
  readonly metrics: readonly string[];
  readonly cases: ReadonlyMap<string, BaselineCase>;
}

export interface BaselineCase {
  /** Of what was asked and expected. */
  readonly hash: string;
  readonly cluster: string | null;
  /** Of the trials that have one, by the name of the metric; those without any are absent. */
  readonly scores: ReadonlyMap<string, readonly number[]>;
  /** The first trial's, cut. */
  readonly output: unknown;
  readonly error: TrialError | null;
  /** Means over trials. */
  readonly latencyMs: number | null;
  readonly costUsd: number | null;
  readonly tokens: number | null;
}

/** The baseline that a run, or all of its shards one after another, makes. */
export async function baselineOf(rows: AsyncIterable<RunRow>, from: string): Promise<Baseline> {
  const shown = new Map<string, Shown>();
  const { parts, metrics, cases } = await tallyRun(rows, (trial) => {
    if (trial.trial <= (shown.get(trial.case)?.trial ?? Infinity))
      shown.set(trial.case, shownOf(trial));
  });
  const names = metrics.map(({ name }) => name);
  const { suite, run, commit, startedAt } = parts[0].start;
  return {
    from,
    suite,
    run,
    commit,
    startedAt,
    metrics: names,
    cases: new Map(cases.map((each) => [each.id, caseOf(each, names, shown.get(each.id))])),
  };
}

type Shown = Pick<TrialRecord, "trial" | "output" | "error">;

function shownOf({ trial, output, error }: TrialRecord): Shown {
  return { trial, output: cut(output), error };
}

function caseOf(
  each: CaseTally,
  metrics: readonly string[],
  shown: Shown | undefined,
): BaselineCase {
  const scores = metrics
    .map((name, metric): [string, number[]] => [name, scoresOf(each.trials, metric)])
    .filter(([, trials]) => trials.length > 0);
  const measure = (of: "latencyMs" | "costUsd" | "tokens"): number | null =>
    meanOf(each.trials.flatMap((trial) => trial[of] ?? []));
  return {
    hash: each.hash,
    cluster: each.cluster,
    scores: new Map(scores),
    output: shown?.output ?? null,
    error: shown?.error ?? null,
    latencyMs: measure("latencyMs"),
    costUsd: measure("costUsd"),
    tokens: measure("tokens"),
  };
}

/** What is too long becomes text that ends early. */
function cut(output: unknown): unknown {
  const text = typeof output === "string" ? output : (JSON.stringify(output) ?? "");
  const { output: most } = evalDefaults.baseline;
  if (text.length <= most) return output;
  // A copy: a slice would hold all of the text in memory.
  return `${Buffer.from(text.slice(0, most))}…`;
}
