import type { StaticPrompt } from "../../call/static-prompt.ts";
import type { Exercised, SentPrompts } from "../../evals/lock/exercise.ts";
import { readLock, updateLock } from "../../evals/lock/file.ts";
import {
  type ByName,
  type EvaluatedRun,
  lockedPrompt,
  type Rendered,
  withRun,
} from "../../evals/lock/lock.ts";
import type { SuiteResult } from "../../evals/result/result.ts";
import type { LoadedSuite } from "../../evals/suite/load.ts";
import { shortPath } from "../find-store.ts";
import { counted } from "../output/format.ts";
import { note } from "../output/terminal.ts";
import { exerciseDry } from "./dry.ts";

export interface LockRun {
  readonly loaded: LoadedSuite;
  /** A whole run that has passed, or was accepted. */
  readonly result: SuiteResult;
  /** The prompts that were heard of; some may be missing of a run that was gone on with, or had shards. */
  readonly sent: SentPrompts;
  /** The file of the lock. */
  readonly path: string;
  readonly signal: AbortSignal;
}

/**
 * Keeps in the lock which prompts a run has covered. The suite is run twice without a model, to know what `--check` will
 * see: what says something else each time, such as the time of day, is nothing to compare.
 */
export async function lockRun({ loaded, result, sent, path, signal }: LockRun): Promise<void> {
  const dry = await exerciseDry(loaded, signal);
  const again = await exerciseDry(loaded, signal);
  const known = new Map([...dry.prompts, ...sent.prompts]);
  const lock = await readLock(path);
  const prompts = new Map<string, StaticPrompt>();
  let missing = 0;
  for (const { task, prompt: fingerprint } of result.prompts) {
    const locked = lockedPrompt(lock, task, fingerprint);
    const prompt = known.get(fingerprint) ?? (locked && { ...withoutScores(locked), task });
    if (prompt === undefined) missing++;
    else prompts.set(fingerprint, prompt);
  }
  await updateLock(path, (now) => withRun(now, evaluatedRun(result, prompts, dry, again)), signal);
  note(`${shortPath(path)} covers ${counted(prompts.size, "prompt")} of this suite. Commit it.`);
  if (missing > 0)
    note(
      `${counted(missing, "prompt")} of earlier trials or other shards could not be locked: run the suite whole, from the cache.`,
    );
}

function withoutScores<Prompt extends { readonly evaluated: unknown }>({
  evaluated: _,
  ...prompt
}: Prompt): Omit<Prompt, "evaluated"> {
  return prompt;
}

function evaluatedRun(
  { start, counts, metrics, gate }: SuiteResult,
  prompts: ReadonlyMap<string, StaticPrompt>,
  dry: Exercised,
  again: Exercised,
): EvaluatedRun {
  const scores = metrics.map(({ metric, estimate }) => [metric.name, rounded(estimate?.mean)]);
  return {
    suite: start.suite,
    prompts,
    data: dry.data,
    cases: counts.cases,
    replies: dry.replies,
    rendered: steady(dry.rendered, again.rendered),
    at: new Date(start.startedAt).toISOString().slice(0, "2026-11-24".length),
    passed: gate.passed,
    scores: Object.fromEntries(scores),
  };
}

function rounded(mean: number | undefined): number | null {
  return mean === undefined ? null : Math.round(mean * 10_000) / 10_000;
}

function steady(one: ByName<Rendered>, other: ByName<Rendered>): ByName<Rendered> {
  return Object.fromEntries(
    Object.entries(one).filter(([task, { digest }]) => other[task]?.digest === digest),
  );
}
