import { toJson } from "../../call/json.ts";
import type { StaticPrompt } from "../../call/static-prompt.ts";
import type { Calibration } from "../judge/calibration.ts";

/** What `seam.lock` says: which prompts were evaluated, by which suites, and how they scored. */
export interface Lock {
  /** By task, then by the beginning of the fingerprint. */
  readonly prompts: ByName<ByName<LockedPrompt>>;
  readonly suites: ByName<LockedSuite>;
  /** By task, then by rubric and target. */
  readonly judges: ByName<ByName<Calibration>>;
}

export type ByName<Value> = Readonly<Record<string, Value>>;

export interface LockedPrompt extends Omit<StaticPrompt, "task"> {
  /** By suite. */
  readonly evaluated: ByName<Evaluation>;
}

/** How a suite scored when it first passed with a prompt. */
export interface Evaluation {
  /** The day, e.g. `2026-11-24`. */
  readonly at: string;
  readonly cases: number;
  /** `false`: its gate had failed, and somebody accepted it. */
  readonly passed: boolean;
  /** Means by metric; `null` where there was no score. */
  readonly scores: ByName<number | null>;
}

export interface LockedSuite {
  /** A digest of the cases' ids and inputs. */
  readonly data: string;
  readonly cases: number;
  /** What answered in the place of models: `recorded` where there was a file of replies. */
  readonly replies: "recorded" | "simulated";
  /** What the prompts say beside their static parts, by task. */
  readonly rendered: ByName<Rendered>;
}

export interface Rendered {
  readonly digest: string;
  /** What the prompts of all cases begin and end with. */
  readonly frame: string;
}

export const emptyLock: Lock = { prompts: {}, suites: {}, judges: {} };

/** Long enough that no two prompts of a project meet. */
const keyLength = 16;

/** What a prompt is known by in the lock. */
export function lockKey(fingerprint: string): string {
  return fingerprint.slice(0, keyLength);
}

export function lockedPrompt(
  lock: Lock,
  task: string,
  fingerprint: string,
): LockedPrompt | undefined {
  return lock.prompts[task]?.[lockKey(fingerprint)];
}

/** A whole run of a suite that has passed, or was accepted. */
export interface EvaluatedRun extends LockedSuite, Evaluation {
  readonly suite: string;
  /** The prompts that its cases have sent, by fingerprint. */
  readonly prompts: ReadonlyMap<string, StaticPrompt>;
}

/**
 * The lock with a run in it. Prompts that the suite has sent before, and does no more, are not covered by it any more; one
 * that no suite covers goes. What a suite said of a prompt stays as long as its cases do, so that the file changes when
 * there is something to review.
 */
export function withRun(lock: Lock, run: EvaluatedRun): Lock {
  const { suite, data, cases, replies, rendered, at, passed, scores } = run;
  const evaluation = { at, cases, passed, scores };
  const isSameData = lock.suites[suite]?.data === data;
  const prompts = mapped(lock.prompts, (ofTask) =>
    mapped(ofTask, (prompt) => ({ ...prompt, evaluated: without(prompt.evaluated, suite) })),
  );
  for (const [fingerprint, { task, ...prompt }] of run.prompts) {
    const key = lockKey(fingerprint);
    const before = lock.prompts[task]?.[key]?.evaluated ?? {};
    const known = before[suite];
    const own = known !== undefined && known.passed === passed && isSameData ? known : evaluation;
    const entry = { ...plainJson(prompt), evaluated: { ...before, [suite]: own } };
    const ofTask = prompts[task] ?? {};
    ofTask[key] = entry;
    prompts[task] = ofTask;
  }
  return {
    ...lock,
    prompts: filled(mapped(prompts, (ofTask) => filled(ofTask, ({ evaluated }) => evaluated))),
    suites: { ...lock.suites, [suite]: { data, cases, replies, rendered } },
  };
}

/** Without the entries in which there is nothing. */
function filled<Value extends object>(
  record: ByName<Value>,
  content: (value: Value) => object = (value) => value,
): Record<string, Value> {
  return Object.fromEntries(
    Object.entries(record).filter(([, value]) => Object.keys(content(value)).length > 0),
  );
}

function mapped<Value, Other>(
  record: ByName<Value>,
  change: (value: Value) => Other,
): Record<string, Other> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}

function without<Value>(record: ByName<Value>, name: string): ByName<Value> {
  const { [name]: _, ...others } = record;
  return others;
}

/** As it is when it is read again. */
function plainJson<Value>(value: Value): Value {
  return JSON.parse(toJson(value)) as Value;
}
