import { hash } from "node:crypto";
import type { Call } from "../call/call.ts";
import type { Family } from "../call/family.ts";
import { currentScope } from "../call/scope.ts";

/** What a task's calls are sent to, and how much room a structured answer may be given. */
export interface Arm {
  readonly targets: Call["targets"];
  /** The most output tokens that a re-ask after `length` may be given; `undefined`: no more than the first ask. */
  readonly extractMaxOutputTokens: number | undefined;
}

/** The arm that a share of a task's calls belongs to. */
export interface CanaryRule extends Arm {
  /** From 0 to 1. */
  readonly share: number;
  /** The tag that decides; `undefined`: each call for itself. */
  readonly by: string | undefined;
}

/** A task with its own arm and, where it has one, its canary. */
export interface Arms extends Arm {
  readonly name: string;
  readonly canary: CanaryRule | undefined;
}

/** What a call goes by, and the name of its arm for the event: none without a canary. */
export interface ChosenArm {
  readonly arm: Call["arm"];
  readonly rules: Arm;
}

/**
 * The arm of a call: `canary` for a set share of the values of a tag, or of the calls. The same value is always in the
 * same arm, in every process, and each task draws for itself. A larger share only adds to the canary. Calls that are
 * made for the same call share its arm; a call without the tag belongs to `control`.
 */
export function chooseArm(
  arms: Arms,
  {
    id,
    family,
    tags,
  }: Pick<Call, "id" | "tags"> & {
    readonly family: Pick<Family, "parentId"> | undefined;
  },
): ChosenArm {
  const { name, canary } = arms;
  if (canary === undefined) return { arm: undefined, rules: arms };
  const own = currentScope()?.draw ?? family?.parentId ?? id;
  const value = (canary.by === undefined ? own : tags[canary.by]) ?? undefined;
  if (value !== undefined && drawOf(name, String(value)) < canary.share) {
    return { arm: "canary", rules: canary };
  }
  return { arm: "control", rules: arms };
}

/** From 0 up to 1, evenly spread: the first 48 bits of a SHA-256. */
function drawOf(task: string, value: string): number {
  return hash("sha256", JSON.stringify([task, value]), "buffer").readUIntBE(0, 6) / 2 ** 48;
}
