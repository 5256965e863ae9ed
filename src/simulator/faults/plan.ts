import { validateHeaderValue } from "node:http";
import { type Random, seededRandom } from "../random.ts";
import type { Protocol, ScriptRequest } from "../request.ts";
import { matchesText } from "../script.ts";
import {
  type Fault,
  type FaultName,
  type FaultSpec,
  faultNames,
  faultStatusCodes,
} from "./fault.ts";

/** Which requests a plan is for. Others are answered without a fault and do not use the plan up. */
export interface FaultCondition {
  readonly model?: string | RegExp;
  readonly protocol?: Protocol;
  readonly stream?: boolean;
  readonly task?: string;
}

/**
 * Which fault hits which request:
 * - a list: one fault a request, in order, then none;
 * - a sequence: the same, where `afterwards` names one fault for ever, or `"repeat"` plays it again;
 * - rates: each name's probability, drawn with a seed, so the same seed gives the same faults.
 */
export type FaultPlan =
  | readonly Fault[]
  | {
      readonly sequence: readonly Fault[];
      readonly afterwards?: Fault | "repeat";
      readonly when?: FaultCondition;
    }
  | {
      readonly rate: Readonly<Partial<Record<FaultName, number>>>;
      readonly seed?: number;
      readonly when?: FaultCondition;
    };

/** Gives each request its fault. */
export type FaultPlayer = (request: ScriptRequest) => FaultSpec;

const noFault: FaultSpec = { type: "none" };

/**
 * Prepares a plan; throws when it names an unknown fault or an impossible rate.
 * @param seed used by rates that carry no seed of their own
 */
export function createFaultPlayer(plan: FaultPlan, seed: number): FaultPlayer {
  if ("rate" in plan) {
    const draw = drawByRate(plan.rate, seededRandom(plan.seed ?? seed));
    return (request) => (applies(plan.when, request) ? draw() : noFault);
  }
  const { sequence, afterwards, when } = "sequence" in plan ? plan : { sequence: plan };
  const next = playInOrder(sequence, afterwards);
  return (request) => (applies(when, request) ? next() : noFault);
}

function playInOrder(sequence: readonly Fault[], afterwards?: Fault | "repeat"): () => FaultSpec {
  const faults = sequence.map(toFaultSpec);
  const rest =
    afterwards === undefined || afterwards === "repeat" ? noFault : toFaultSpec(afterwards);
  let position = 0;
  return () => {
    const index =
      afterwards === "repeat" && faults.length > 0 ? position % faults.length : position;
    position++;
    return faults[index] ?? rest;
  };
}

function drawByRate(
  rate: Readonly<Partial<Record<FaultName, number>>>,
  random: Random,
): () => FaultSpec {
  const entries = Object.entries(rate).map(([name, probability]) => ({
    fault: toFaultSpec(name),
    probability: probability ?? 0,
  }));
  const sum = entries.reduce((total, entry) => total + entry.probability, 0);
  if (entries.some((entry) => !(entry.probability >= 0)) || sum > 1.000_001) {
    throw new TypeError(
      `Fault rates must be between 0 and 1 and add up to at most 1; these add up to ${sum}.`,
    );
  }
  return () => {
    let left = random();
    for (const { fault, probability } of entries) {
      if (left < probability) return fault;
      left -= probability;
    }
    return noFault;
  };
}

function applies(when: FaultCondition | undefined, request: ScriptRequest): boolean {
  return (
    when === undefined ||
    ((when.model === undefined || matchesText(when.model, request.model, "equal")) &&
      (when.protocol === undefined || when.protocol === request.protocol) &&
      (when.stream === undefined || when.stream === request.stream) &&
      (when.task === undefined || when.task === request.task))
  );
}

/** Turns a fault name such as `status-429` or `drop` into a fault; objects pass as they are. */
export function toFaultSpec(fault: Fault | string): FaultSpec {
  const name = typeof fault === "string" ? fault : fault.type;
  const type = faultNames.find((known) => known === name);
  if (type && typeof fault !== "string") return withSendableHeader(fault);
  if (type) return { type };
  const status = faultStatusCodes.find((code) => name === `status-${code}`);
  if (status) return { type: "status", status };
  throw new TypeError(
    `Unknown fault "${name}". Known faults: ${faultNames.join(", ")}, ` +
      `and status-N with N one of ${faultStatusCodes.join(", ")}.`,
  );
}

/** A Retry-After may be any garbage that HTTP can carry; more than that could not be sent. */
function withSendableHeader(fault: FaultSpec): FaultSpec {
  if (fault.type === "status" && fault.retryAfter !== undefined) {
    validateHeaderValue("retry-after", String(fault.retryAfter));
  }
  return fault;
}
