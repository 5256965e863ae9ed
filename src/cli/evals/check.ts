import { ConfigError } from "../../errors.ts";
import { findingsOf, type LockFinding, unexercised } from "../../evals/lock/check.ts";
import type { Exercised } from "../../evals/lock/exercise.ts";
import { readLock } from "../../evals/lock/file.ts";
import type { LockedSuite } from "../../evals/lock/lock.ts";
import { findEvalFiles } from "../../evals/suite/find.ts";
import { type LoadedSuite, loadSuites } from "../../evals/suite/load.ts";
import { exitCodes } from "../exit-codes.ts";
import { configOf, type StoreOptions, shortPath } from "../find-store.ts";
import { lockPath } from "../lock-path.ts";
import { jsonLine, oneLine } from "../output/clean.ts";
import { renderFinding } from "../output/eval/lock.ts";
import { count, counted } from "../output/format.ts";
import { note, print } from "../output/terminal.ts";
import { exerciseDry } from "./dry.ts";
import { repliesPath } from "./replies.ts";

interface CheckOptions extends StoreOptions {
  readonly json?: true;
}

/**
 * Runs the suites that a pattern finds without a model, and says which prompts they send that no evaluation covers.
 * Resolves with the exit code.
 */
export async function checkAll(
  pattern: string | undefined,
  options: CheckOptions,
  signal: AbortSignal,
): Promise<number> {
  const suites = await loadSuites(await findEvalFiles(pattern, process.cwd()));
  const path = lockPath(options.config);
  const lock = await readLock(path);
  const exercised: Exercised[] = [];
  for (const loaded of suites) {
    const dry = await exerciseDry(loaded, signal);
    if (dry.replies === "simulated") refuseLostReplies(lock.suites[dry.suite], loaded);
    exercised.push(dry);
  }
  const findings = findingsOf(lock, exercised);
  // Of some suites alone, nobody knows what the others send.
  const tasks = pattern === undefined ? Object.keys((await configOf(options))?.tasks ?? {}) : [];
  const judging = new Set(suites.flatMap(({ suite }) => suite.scorers.map((s) => s.judge?.task)));
  const idle = unexercised(tasks, exercised).filter((task) => !judging.has(task));
  if (options.json) {
    const checked = exercised.map(({ suite, cases, answered, failed, failure, prompts }) => ({
      ...{ suite, cases, answered, failed, failure },
      prompts: [...prompts.keys()].sort(),
    }));
    print(jsonLine({ lock: path, findings, suites: checked, unexercised: idle }));
  } else tell({ path, findings, exercised, suites });
  if (!options.json && idle.length > 0)
    note(`No suite sends prompts of ${idle.map(oneLine).join(", ")}.`);
  return findings.length === 0 ? exitCodes.ok : exitCodes.failed;
}

/** What is only asked after a certain answer would be left out, and nobody would notice. */
function refuseLostReplies(locked: LockedSuite | undefined, loaded: LoadedSuite): void {
  if (locked?.replies !== "recorded") return;
  throw new ConfigError({
    summary: `${shortPath(repliesPath(loaded))} is not there, and the lock was made with the replies in it`,
    advice: "Take the committed file, or write it anew with `seam eval --record`.",
  });
}

function tell({
  path,
  findings,
  exercised,
  suites,
}: {
  readonly path: string;
  readonly findings: readonly LockFinding[];
  readonly exercised: readonly Exercised[];
  readonly suites: readonly LoadedSuite[];
}): void {
  const fileOf = (name: string): string =>
    shortPath(suites.find(({ suite }) => suite.name === name)?.file ?? name);
  for (const finding of findings) print(`${renderFinding(finding, fileOf)}\n`);
  const prompts = new Set(exercised.flatMap((one) => [...one.prompts.keys()]));
  const cases = exercised.reduce((sum, one) => sum + one.cases, 0);
  const sum = (kind: "recorded" | "simulated"): number =>
    exercised.reduce((total, { answered }) => total + answered[kind], 0);
  const what = `${counted(prompts.size, "prompt")} of ${counted(exercised.length, "suite")}, in ${counted(cases, "case")} against ${count(sum("recorded"))} recorded and ${count(sum("simulated"))} simulated replies`;
  print(
    findings.length === 0
      ? `${what}: all are evaluated, says ${shortPath(path)}.`
      : `${what}: ${counted(findings.length, "finding")}.`,
  );
  for (const { suite, failed, cases: of, failure } of exercised) {
    if (failed === 0) continue;
    note(
      `${oneLine(suite)}: ${failed} of ${counted(of, "case")} failed on these replies, e.g. ${oneLine(failure ?? "")}`,
    );
  }
}
