import { canonical } from "../../call/canonical.ts";
import type { StaticPrompt } from "../../call/static-prompt.ts";
import type { Exercised } from "./exercise.ts";
import { type Lock, type LockedPrompt, lockedPrompt, lockKey } from "./lock.ts";

/** What the code sends that evaluations do not cover. */
export type LockFinding =
  | { readonly kind: "new-suite"; readonly suite: string }
  /**
   * Nothing can be said of a suite that asks no model: its cases have failed before, as `failure` says, or have done
   * without, where it has asked one when it was evaluated.
   */
  | { readonly kind: "no-prompts"; readonly suite: string; readonly failure: string | null }
  | {
      readonly kind: "unevaluated";
      readonly task: string;
      readonly fingerprint: string;
      /** The suites that send it, and have not evaluated it. */
      readonly suites: readonly string[];
      /** Those that have. */
      readonly evaluatedBy: readonly string[];
      readonly prompt: StaticPrompt;
      /** What is most like it among what was evaluated for the task; `null`: nothing is. */
      readonly nearest: LockedPrompt | null;
    }
  /** The same cases, and other words around them, in a prompt that is no template. */
  | {
      readonly kind: "reworded";
      readonly task: string;
      readonly suite: string;
      readonly before: string;
      readonly after: string;
    };

/** Compares what suites send with what the lock says that they have evaluated. */
export function findingsOf(lock: Lock, exercised: readonly Exercised[]): LockFinding[] {
  const unevaluated = new Map<string, Extract<LockFinding, { kind: "unevaluated" }>>();
  const others: LockFinding[] = [];
  const nearestOf = nearestIn(lock);
  for (const one of exercised) {
    const { suite, prompts, failure } = one;
    if (lock.suites[suite] === undefined) others.push({ kind: "new-suite", suite });
    if (prompts.size === 0 && (failure !== null || isCovered(lock, suite)))
      others.push({ kind: "no-prompts", suite, failure });
    for (const [fingerprint, prompt] of prompts) {
      const evaluated = lockedPrompt(lock, prompt.task, fingerprint)?.evaluated ?? {};
      if (evaluated[suite] !== undefined) continue;
      const { suites = [] } = unevaluated.get(fingerprint) ?? {};
      unevaluated.set(fingerprint, {
        kind: "unevaluated",
        task: prompt.task,
        fingerprint,
        suites: [...suites, suite],
        evaluatedBy: Object.keys(evaluated).sort(),
        prompt,
        nearest: nearestOf(prompt, fingerprint),
      });
    }
    others.push(...rewordedIn(lock, one, unevaluated));
  }
  return [...unevaluated.values(), ...others];
}

/** Whether a suite has evaluated any prompt. */
function isCovered({ prompts }: Lock, suite: string): boolean {
  const all = Object.values(prompts).flatMap((ofTask) => Object.values(ofTask));
  return all.some(({ evaluated }) => evaluated[suite] !== undefined);
}

function rewordedIn(
  lock: Lock,
  { suite, data, rendered, prompts }: Exercised,
  unevaluated: ReadonlyMap<string, unknown>,
): LockFinding[] {
  const locked = lock.suites[suite];
  if (locked === undefined || locked.data !== data) return [];
  // A prompt that is told anyway may change what others say.
  if ([...prompts.keys()].some((fingerprint) => unevaluated.has(fingerprint))) return [];
  return Object.entries(locked.rendered).flatMap(([task, before]): LockFinding[] => {
    const after = rendered[task];
    if (after === undefined || after.digest === before.digest) return [];
    return [{ kind: "reworded", task, suite, before: before.frame, after: after.frame }];
  });
}

/** What prompts are compared by. */
export const promptParts: readonly PromptPart[] = [
  "target",
  "system",
  "messages",
  "tools",
  "output",
  "settings",
];

type PromptPart = "target" | "system" | "messages" | "tools" | "output" | "settings";

type Nearest = (prompt: StaticPrompt, fingerprint: string) => LockedPrompt | null;

/** Finds the prompt of the same task with which another one shares most parts. */
function nearestIn({ prompts }: Lock): Nearest {
  const known = new Map<string, { key: string; prompt: LockedPrompt; parts: string[] }[]>();
  const knownOf = (task: string) => {
    const ofTask = Object.entries(prompts[task] ?? {});
    const all = ofTask.map(([key, prompt]) => ({ key, prompt, parts: partsOf(prompt) }));
    known.set(task, all);
    return all;
  };
  return (prompt, fingerprint) => {
    const parts = partsOf(prompt);
    let nearest: LockedPrompt | null = null;
    let most = -1;
    for (const other of known.get(prompt.task) ?? knownOf(prompt.task)) {
      if (other.key === lockKey(fingerprint)) continue;
      const same = other.parts.filter((part, index) => part === parts[index]).length;
      if (same <= most) continue;
      most = same;
      nearest = other.prompt;
    }
    return nearest;
  };
}

function partsOf(prompt: Omit<LockedPrompt, "evaluated">): string[] {
  return promptParts.map((part) => canonical(prompt[part]));
}

/** The locked prompts' tasks that no suite has sent anything of, among those of the config. */
export function unexercised(tasks: Iterable<string>, exercised: readonly Exercised[]): string[] {
  const sent = new Set(
    exercised.flatMap(({ prompts }) => [...prompts.values()].map((p) => p.task)),
  );
  return [...tasks].filter((task) => !sent.has(task)).sort();
}
