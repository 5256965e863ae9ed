import { addKnown } from "../call/usage.ts";
import type { SuiteResult } from "../evals/result/result.ts";
import type { EvalHistory, EvalRunMetric, EvalRunRecord } from "../state/eval-history.ts";
import { sqliteEvalHistory } from "../stores/sqlite/eval-history.ts";
import { keptIn } from "../stores/sqlite/kept.ts";
import { openKeptReader } from "../stores/sqlite/kept-reader.ts";
import { openFile } from "../stores/sqlite/open-file.ts";
import { note } from "./output/terminal.ts";

export interface OpenEvalHistory extends Omit<EvalHistory, "add">, Disposable {
  readonly path: string;
}

/** The history in a store, for reading only; throws ConfigError when there is no such file. */
export function openEvalHistory(path: string): OpenEvalHistory {
  const { kept, ...reader } = openKeptReader(path);
  const { list, find, suites } = sqliteEvalHistory(kept);
  return { ...reader, list, find, suites };
}

/** Adds a run to the history in a store. A store that cannot keep it fails no run: that is said, and no more. */
export async function recordEvalRun(path: string, run: EvalRunRecord): Promise<void> {
  try {
    const file = await openFile(path);
    try {
      await sqliteEvalHistory(keptIn(async () => file)).add(run);
    } finally {
      file.connection.close();
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    note(`The history in ${path} does not have this run: ${reason}`);
  }
}

/** What of a suite's result the history keeps. */
interface KeptResult {
  readonly start: Pick<
    SuiteResult["start"],
    "run" | "suite" | "startedAt" | "commit" | "branch" | "dirty"
  >;
  readonly end: Pick<NonNullable<SuiteResult["end"]>, "endedAt" | "reason"> | null;
  readonly counts: Pick<SuiteResult["counts"], "cases" | "trials">;
  readonly cost: Pick<SuiteResult["cost"], "spentUsd" | "judgeUsd">;
  readonly metrics: readonly {
    readonly metric: { readonly name: string };
    readonly estimate: EvalRunMetric | null;
  }[];
  readonly gate: Pick<SuiteResult["gate"], "passed">;
}

/** What the history keeps of a run that is over; `file`: that of its rows. */
export function evalRunOf(result: KeptResult, file: string): EvalRunRecord {
  const { start, end, counts, cost, metrics, gate } = result;
  const { run, suite, startedAt, commit, branch, dirty } = start;
  return {
    run,
    suite,
    startedAt,
    endedAt: end?.endedAt ?? Date.now(),
    commit,
    branch,
    dirty,
    cases: counts.cases,
    trials: counts.trials,
    passed: gate.passed,
    reason: end?.reason ?? "stopped",
    metrics: Object.fromEntries(
      metrics.flatMap(({ metric, estimate }) =>
        estimate === null ? [] : [[metric.name, metricOf(estimate)]],
      ),
    ),
    costUsd: addKnown(cost.spentUsd, cost.judgeUsd),
    file,
  };
}

function metricOf({ mean, low, high, n }: EvalRunMetric): EvalRunMetric {
  return { mean, low, high, n };
}
