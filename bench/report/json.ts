import { availableParallelism } from "node:os";
import type { Cost } from "../measure/cost.ts";
import type { PeerName } from "../peers/names.ts";
import type { SizeName } from "../sizes.ts";
import type { CallCosts } from "../suites/calls.ts";
import type { ChatCosts } from "../suites/conversation.ts";
import type { GateNumbers } from "../suites/eval-gate.ts";
import type { EvalRuns } from "../suites/evals.ts";
import type { Hedging } from "../suites/hedge.ts";
import type { HeldMemory } from "../suites/memory.ts";
import type { PolicyCosts } from "../suites/policies.ts";
import type { CacheTimes } from "../suites/seam-only.ts";
import type { StoreNumbers } from "../suites/store.ts";
import type { Storm } from "../suites/storm.ts";
import type { EventCosts } from "../workers/seam-worker.ts";

/** Where and when a run was made. Numbers of two machines do not compare; ratios do, roughly. */
export interface Machine {
  readonly cores: number;
  readonly node: string;
  readonly platform: string;
  readonly date: string;
}

/** Everything that one run has measured; suites that were not asked for are absent. */
export interface Results {
  readonly machine: Machine;
  readonly size: SizeName;
  readonly calls?: CallCosts;
  readonly streams?: Record<PeerName, readonly Cost[]>;
  readonly memory?: Record<PeerName, readonly HeldMemory[]>;
  readonly cache?: CacheTimes;
  readonly events?: EventCosts;
  readonly policies?: PolicyCosts;
  readonly storm?: Storm;
  readonly hedge?: Hedging;
  readonly store?: StoreNumbers;
  readonly conversation?: ChatCosts;
  readonly gate?: GateNumbers;
  readonly evals?: EvalRuns;
}

export function thisMachine(): Machine {
  return {
    cores: availableParallelism(),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    date: new Date().toISOString().slice(0, 10),
  };
}
