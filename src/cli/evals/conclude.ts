import type { Baseline } from "../../evals/baseline/baseline.ts";
import { writeBaseline } from "../../evals/baseline/file.ts";
import { readLock } from "../../evals/lock/file.ts";
import { calibrationState } from "../../evals/lock/judges.ts";
import type { ReplyRecorder } from "../../evals/replies/recorder.ts";
import type { SuiteResult } from "../../evals/result/result.ts";
import { summarize } from "../../evals/result/summarize.ts";
import { rowsOfSuite } from "../../evals/run/run-file.ts";
import type { LoadedSuite } from "../../evals/suite/load.ts";
import { exitCodes } from "../exit-codes.ts";
import { shortPath } from "../find-store.ts";
import { lockPath } from "../lock-path.ts";
import { evalRunOf, recordEvalRun } from "../open-eval-history.ts";
import { jsonLine } from "../output/clean.ts";
import type { Report } from "../output/eval/report.ts";
import { renderSuite } from "../output/eval/suite.ts";
import { note, print } from "../output/terminal.ts";
import { committedBaseline } from "./find-baseline.ts";
import { type LockRun, lockRun } from "./lock-run.ts";
import type { ConcludeOptions } from "./options.ts";
import type { Project } from "./project.ts";
import { keepReplies } from "./replies.ts";

/** A suite that was run, with the exit code that it alone would have. */
export interface Concluded extends Report {
  readonly code: number;
}

interface Recording {
  /** The replies to keep where the prompts are locked, so that both are of one run. */
  readonly recorder?: ReplyRecorder | undefined;
}

/**
 * Says what the runs of a suite in a file came to, one run or all its shards, and keeps what is to be kept of them: in the
 * history, as the baseline, and in the lock of prompts.
 */
export async function conclude(
  loaded: LoadedSuite,
  { path, baseline }: { readonly path: string; readonly baseline: Baseline | undefined },
  project: Project,
  options: ConcludeOptions & Pick<LockRun, "sent" | "signal"> & Recording,
): Promise<Concluded> {
  const { accept, json, sent, recorder, signal } = options;
  const { suite } = loaded;
  const rows = (): ReturnType<typeof rowsOfSuite> => rowsOfSuite(path, suite.name);
  const locked = lockPath(options.config);
  const lock = await readLock(locked);
  const result = await summarize(rows, {
    // Who takes this run as the baseline need not have had one.
    gate: accept === true ? { ...suite.gate, baseline: false } : suite.gate,
    baseline,
    calibrationOf: (metric, calls) => calibrationState(lock, metric, calls),
  });
  print(json ? jsonLine(result) : renderSuite(result));
  note(`The rows of this run: ${shortPath(path)}`);
  if (isOfAllCases(result) && isOver(result) && project.store !== undefined)
    await recordEvalRun(project.store, evalRunOf(result, path));
  const isAccepted = accept === true && isAcceptable(result);
  if (isAccepted) {
    const file = committedBaseline(loaded);
    await writeBaseline(file, rows());
    note(`Accepted: ${shortPath(file)} is what later runs are compared with. Commit it.`);
  }
  const code = codeOf(result, isAccepted);
  if (code === exitCodes.ok && isOfAllCases(result)) {
    if (recorder !== undefined) await keepReplies(loaded, recorder);
    await lockRun({ loaded, result, path: locked, sent, signal });
  } else if (recorder !== undefined) {
    note(`Replies of ${suite.name} were not recorded: that takes a whole run that passes.`);
  }
  return { result, baseline, rows, code };
}

function isOfAllCases({ start }: SuiteResult): boolean {
  return start.shard === null && start.filter === null;
}

function isOver({ end }: SuiteResult): boolean {
  return end !== null && end.reason !== "stopped";
}

function isAcceptable(result: SuiteResult): boolean {
  const { suite } = result.start;
  if (!isOfAllCases(result) || result.end?.reason !== "done") {
    note(`Not accepted: ${suite} was not run whole.`);
    return false;
  }
  if (result.gate.tooManyFaults) {
    note(`Not accepted: too many scores of ${suite} are missing.`);
    return false;
  }
  return true;
}

function codeOf({ gate, end }: SuiteResult, isAccepted: boolean): number {
  if (end === null || end.reason === "stopped") return exitCodes.stopped;
  if (gate.tooManyFaults) return exitCodes.faults;
  if (end.reason !== "done") return exitCodes.limit;
  return gate.passed || isAccepted ? exitCodes.ok : exitCodes.failed;
}

const gravest = [
  exitCodes.stopped,
  exitCodes.usage,
  exitCodes.faults,
  exitCodes.limit,
  exitCodes.failed,
] as const;

/** The exit code of several suites: what keeps one from being judged is graver than its verdict. */
export function worstOf(codes: readonly number[]): number {
  return gravest.find((code) => codes.includes(code)) ?? exitCodes.ok;
}
