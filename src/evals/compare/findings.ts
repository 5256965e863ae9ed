import type { Baseline } from "../baseline/baseline.ts";
import type { Completeness } from "../result/completeness.ts";
import type { MetricResult } from "../result/result.ts";
import type { LeftOut } from "../result/slices.ts";
import type { RunTally } from "../result/tally.ts";
import type { CriticalFailure } from "./critical.ts";
import type { Pairing } from "./pairing.ts";

/** All that a gate looks at. */
export interface Findings {
  readonly tally: RunTally;
  readonly completeness: Completeness;
  readonly metrics: readonly MetricResult[];
  readonly critical: readonly CriticalFailure[];
  readonly baseline: Baseline | null;
  readonly pairing: Pairing | null;
  readonly leftOut: readonly LeftOut[];
}
