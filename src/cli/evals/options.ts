import type { Shard } from "../../evals/run/records.ts";
import type { StoreOptions } from "../find-store.ts";
import type { ReportFiles } from "../output/eval/files.ts";

/** What becomes of a run that is over. */
export interface ConcludeOptions extends StoreOptions, ReportFiles {
  readonly json?: true;
  readonly baseline?: string;
  readonly accept?: true;
}

/** What `seam eval` may be told. */
export interface EvalRunOptions extends ConcludeOptions {
  readonly filter?: string | RegExp;
  readonly trials?: number;
  readonly maxCost?: number;
  readonly maxTime?: number;
  readonly concurrency?: number;
  readonly shard?: Shard;
  readonly resume?: string | true;
  readonly cache: boolean;
  readonly watch?: true;
  readonly check?: true;
  readonly record?: true;
}
