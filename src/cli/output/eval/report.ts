import type { Baseline } from "../../../evals/baseline/baseline.ts";
import type { SuiteResult } from "../../../evals/result/result.ts";
import type { RunRow } from "../../../evals/run/records.ts";

/** A suite that was run, as every report reads it. */
export interface Report {
  readonly result: SuiteResult;
  /** What the run was compared with, where there is one. */
  readonly baseline: Baseline | undefined;
  /** Reads the rows of the run's file from its beginning; reports read them more than once. */
  readonly rows: () => AsyncIterable<RunRow>;
}
