import { mergeSettings } from "../call/request.ts";
import type { Arm, CanaryRule } from "../policies/canary.ts";
import { type TargetParts, targetOf } from "../providers/targets.ts";
import type { CheckedTarget, CheckedTask } from "./checked.ts";
import { defaults } from "./defaults.ts";
import type { Settings } from "./types.ts";

/** What an arm is made of, and where each part stands in the config, for errors. */
interface ArmParts {
  readonly model: CheckedTarget["model"];
  readonly modelPath: string;
  readonly fallbacks: readonly CheckedTarget[];
  readonly fallbacksPath: string;
  readonly settings: Settings;
  /** The room of a re-ask, where the config sets it. */
  readonly room: number | undefined;
}

/** The task's own arm and its canary's. */
export function armsOf(
  name: string,
  task: CheckedTask,
  room: number | undefined,
  parts: TargetParts,
): Arm & { readonly canary: CanaryRule | undefined } {
  const path = `tasks.${name}`;
  const control: ArmParts = {
    model: task.model,
    modelPath: `${path}.model`,
    fallbacks: task.fallbacks ?? [],
    fallbacksPath: `${path}.fallbacks`,
    settings: task.settings ?? {},
    room,
  };
  const own = armOf(control, parts);
  const { canary } = task;
  if (canary === undefined) return { ...own, canary };
  const { share, by, model, fallbacks, settings = {} } = canary;
  const changed: ArmParts = {
    ...control,
    ...(model !== undefined && { model, modelPath: `${path}.canary.model` }),
    ...(fallbacks !== undefined && { fallbacks, fallbacksPath: `${path}.canary.fallbacks` }),
    settings: mergeSettings(control.settings, settings),
  };
  return { ...own, canary: { share, by, ...armOf(changed, parts) } };
}

function armOf(
  { model, modelPath, fallbacks, fallbacksPath, settings, room }: ArmParts,
  parts: TargetParts,
): Arm {
  const { maxOutputTokens } = settings;
  return {
    targets: [
      targetOf(model, settings, modelPath, parts),
      ...fallbacks.map((fallback, index) =>
        targetOf(
          fallback.model,
          mergeSettings(settings, fallback.settings ?? {}),
          `${fallbacksPath}.${index}`,
          parts,
        ),
      ),
    ],
    extractMaxOutputTokens:
      room ?? (maxOutputTokens && maxOutputTokens * defaults.extractRoomFactor),
  };
}
