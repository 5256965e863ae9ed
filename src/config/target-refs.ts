import type { Target } from "../call/target.ts";
import type { ModelRef } from "../providers/types.ts";
import type { TaskRules } from "./resolve.ts";
import type { TaskConfig } from "./types.ts";

/** A target with what the config names it by. */
export interface TargetWithRef {
  readonly target: Target;
  readonly ref: ModelRef;
}

/** The targets of a task, the model first, then the fallbacks; those of its canary last. */
export function targetsWithRefs(
  { model, fallbacks = [], canary }: TaskConfig,
  rules: TaskRules,
): TargetWithRef[] {
  const inCanary = canary && [canary.model ?? model, ...(canary.fallbacks ?? fallbacks)];
  const refs = [model, ...fallbacks, ...(inCanary ?? [])].map((target) =>
    typeof target === "object" && "model" in target ? target.model : target,
  );
  const targets = [...rules.targets, ...(rules.canary?.targets ?? [])];
  return targets.map((target, index) => ({ target, ref: refs[index] ?? target.name }));
}
