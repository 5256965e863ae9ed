import type { FaultPlan } from "./faults/plan.ts";
import type { Pace } from "./pace.ts";
import type { Script } from "./script.ts";

/** What the HTTP simulator and the in-process model have in common. */
export interface SimulationOptions {
  /** What is answered. Default: no rules, so every answer is the default reply. */
  readonly script?: Script;
  /** What goes wrong. Default: nothing. */
  readonly faults?: FaultPlan;
  /** How fast answers come. Default: at once. */
  readonly pace?: Pace;
  /** Seed of every random draw: fault rates and pace. Default: 1. */
  readonly seed?: number;
}

/** Every value an option leaves out. */
export const simulationDefaults: Required<SimulationOptions> = {
  script: { replies: [] },
  faults: [],
  pace: {},
  seed: 1,
};
