import { answerTo } from "./answer.ts";
import type { Answer } from "./draft.ts";
import { type FaultSpec, faultDefaults, reachesModel } from "./faults/fault.ts";
import { createFaultPlayer, type FaultPlan } from "./faults/plan.ts";
import { type SimulationOptions, simulationDefaults } from "./options.ts";
import { drawTiming, type Pace, type Timing } from "./pace.ts";
import { createPromptCache } from "./prompt-cache.ts";
import { seededRandom } from "./random.ts";
import type { ScriptRequest } from "./request.ts";
import { readScript, type Script } from "./script.ts";

/** What is to be done about one request. Faults and waits are drawn when the request arrives. */
export interface Turn {
  readonly fault: FaultSpec;
  readonly timing: Timing;
  /** Asks the script; undefined when the fault leaves nothing to answer. Call it once. */
  answer(): Promise<Answer | undefined>;
}

/** Script, faults and pace: everything but the way in and out. */
export interface Simulation {
  take(request: ScriptRequest): Turn;
  play(faults: FaultPlan): void;
  script(script: Script): void;
}

/** A simulation at its beginning; throws when the fault plan is not valid. */
export function createSimulation(options: SimulationOptions): Simulation {
  const { script, faults, pace, seed } = { ...simulationDefaults, ...options };
  const random = seededRandom(seed);
  const promptCache = createPromptCache();
  let nextFault = createFaultPlayer(faults, seed);
  let reader = readScript(script);
  return {
    take(request) {
      const fault = nextFault(request);
      const timing = drawTiming(paceUnder(fault, pace), random);
      const answer = async () =>
        reachesModel(fault) ? answerTo(request, reader, fault, promptCache) : undefined;
      return { fault, timing, answer };
    },
    play(plan) {
      nextFault = createFaultPlayer(plan, seed);
    },
    script(next) {
      reader = readScript(next);
    },
  };
}

function paceUnder(fault: FaultSpec, pace: Pace): Pace {
  if (fault.type !== "slow") return pace;
  return {
    ...pace,
    firstTokenMs: fault.firstTokenMs ?? faultDefaults.slowFirstTokenMs,
    tokensPerSecond: fault.tokensPerSecond ?? faultDefaults.slowTokensPerSecond,
  };
}
