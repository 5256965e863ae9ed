import { SeamError } from "../../call/seam-error.ts";
import { ConfigError } from "../../errors.ts";
import { readLock } from "../../evals/lock/file.ts";
import { findEvalFiles } from "../../evals/suite/find.ts";
import { type LoadedSuite, loadSuites } from "../../evals/suite/load.ts";
import { exitCodes } from "../exit-codes.ts";
import { lockPath } from "../lock-path.ts";
import { multiLine } from "../output/clean.ts";
import { writeReports } from "../output/eval/files.ts";
import { note } from "../output/terminal.ts";
import { type Concluded, conclude, worstOf } from "./conclude.ts";
import { findBaseline } from "./find-baseline.ts";
import type { EvalRunOptions } from "./options.ts";
import { openProject, type Project } from "./project.ts";
import { committedReplies } from "./replies.ts";
import { resumable } from "./resume.ts";
import { type Left, runOne } from "./run-one.ts";

/** Runs the suites that a pattern finds, one after another, and resolves with the exit code. */
export async function runAll(
  pattern: string | undefined,
  options: EvalRunOptions,
  signal: AbortSignal,
): Promise<number> {
  refuseAcceptingParts(options);
  const codes: number[] = [];
  const loaded = await loadSuites(await findEvalFiles(pattern, process.cwd()), (fault) => {
    codes.push(cannotRun(fault));
  });
  const project = await openProject(options);
  // What cannot be read at the end shall be known before anything is paid.
  await readLock(lockPath(options.config));
  const suites = await resumable(loaded, project, options.resume);
  const limits = new Limits(options);
  const concluded: Concluded[] = [];
  for (const suite of suites) {
    const outcome = limits.areReached
      ? notBegun(suite)
      : await attempt(suite, { project, options, limits, signal });
    if (typeof outcome === "number") codes.push(outcome);
    else if (outcome !== undefined) {
      concluded.push(outcome);
      codes.push(outcome.code);
    }
    if (signal.aborted) break;
  }
  await writeReports(options, concluded);
  if (codes.length === 0) throw nothingSelected(options.filter);
  if (signal.aborted) note("Stopped. Go on with `seam eval --resume`.");
  return worstOf(codes);
}

function refuseAcceptingParts({ accept, filter, shard }: EvalRunOptions): void {
  if (accept !== true || (filter === undefined && shard === undefined)) return;
  throw new ConfigError({
    summary: "--accept keeps a whole run, and neither one with --filter nor one with --shard",
    advice:
      "Run the whole suite: what was answered is in the cache. For shards: `seam eval merge --accept`.",
  });
}

/** Limits are those of the whole command. */
class Limits {
  readonly #options: Pick<EvalRunOptions, "maxCost" | "maxTime">;
  readonly #startedAt = performance.now();
  #spentUsd = 0;

  constructor(options: Pick<EvalRunOptions, "maxCost" | "maxTime">) {
    this.#options = options;
  }

  spend(usd: number): void {
    this.#spentUsd += usd;
  }

  get left(): Left {
    const { maxCost, maxTime } = this.#options;
    return {
      costUsd: maxCost === undefined ? undefined : maxCost - this.#spentUsd,
      timeMs: maxTime === undefined ? undefined : maxTime - (performance.now() - this.#startedAt),
    };
  }

  get areReached(): boolean {
    const { costUsd = 1, timeMs = 1 } = this.left;
    return costUsd <= 0 || timeMs <= 0;
  }
}

function notBegun({ suite }: LoadedSuite): number {
  note(`${suite.name} was not begun: a limit of the command was reached before.`);
  return exitCodes.limit;
}

interface Context {
  readonly project: Project;
  readonly options: EvalRunOptions;
  readonly limits: Limits;
  readonly signal: AbortSignal;
}

/** What became of a suite: its exit code alone where it could not be run, nothing where no case was selected. */
async function attempt(
  loaded: LoadedSuite,
  { project, options, limits, signal }: Context,
): Promise<Concluded | number | undefined> {
  try {
    // What is named and not there, and replies that cannot be read, shall be known before anything is paid.
    const baseline = await findBaseline(loaded, project, options.baseline);
    if (options.record !== true) await committedReplies(loaded);
    const run = await runOne(loaded, project, options, { limits, signal });
    if (run.trials === 0 && run.end.reason === "done") {
      note(`${loaded.suite.name}: no case is selected.`);
      // Of a few cases, a shard may have none: it counts as the others do when they are merged.
      if (options.shard === undefined) return undefined;
    }
    const { path, sent, recorder } = run;
    const about = { ...options, sent, recorder, signal };
    return await conclude(loaded, { path, baseline }, project, about);
  } catch (error) {
    // One suite that cannot be run does not keep the others from it.
    if (!SeamError.is(error)) throw error;
    return cannotRun(error);
  }
}

function cannotRun({ message }: SeamError): number {
  process.stderr.write(`seam: ${multiLine(message)}\n`);
  return exitCodes.usage;
}

function nothingSelected(filter: EvalRunOptions["filter"]): ConfigError {
  return new ConfigError({
    summary: `No case is selected${filter === undefined ? "" : ` by --filter ${filter}`}`,
    advice: "A filter is a part of `suite/case id`, or a regular expression between slashes.",
  });
}
