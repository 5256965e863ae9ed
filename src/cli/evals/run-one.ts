import { dirname } from "node:path";
import { SentPrompts } from "../../evals/lock/exercise.ts";
import type { ReplyRecorder } from "../../evals/replies/recorder.ts";
import { hashOfCase } from "../../evals/result/tally.ts";
import { evaluationLog } from "../../evals/run/evaluation-log.ts";
import type { RunEnd, RunStart } from "../../evals/run/records.ts";
import { RunFile } from "../../evals/run/run-file.ts";
import { runSuite, trialKey } from "../../evals/run/run-suite.ts";
import { isOfModel } from "../../evals/run/used.ts";
import type { LoadedSuite } from "../../evals/suite/load.ts";
import { newId } from "../../util/id.ts";
import { oneLine } from "../output/clean.ts";
import { note } from "../output/terminal.ts";
import type { EvalRunOptions } from "./options.ts";
import { RunProgress } from "./progress.ts";
import { nameInProject, type Project, runPath } from "./project.ts";
import { recorderOf } from "./replies.ts";
import { checkResumable, triedTrials, type Unfinished, unfinishedRun } from "./resume.ts";

/** The limits of the whole command. */
export interface CommandLimits {
  readonly left: Left;
  spend(usd: number): void;
}

export interface Left {
  readonly costUsd: number | undefined;
  readonly timeMs: number | undefined;
}

/** A run that is over, with the file of its rows. */
export interface RunOver {
  readonly path: string;
  readonly start: RunStart;
  readonly end: RunEnd;
  readonly trials: number;
  /** What its cases have asked models. */
  readonly sent: SentPrompts;
  /** How they were answered; `undefined`: nobody has asked for it. */
  readonly recorder: ReplyRecorder | undefined;
}

/** Runs a suite into a file of its own. What stopped it early is in its end. */
export async function runOne(
  loaded: LoadedSuite,
  project: Project,
  options: EvalRunOptions,
  { limits, signal }: { readonly limits: CommandLimits; readonly signal: AbortSignal },
): Promise<RunOver> {
  const { suite, file } = loaded;
  const { resume, filter, shard = null, trials = suite.trials, concurrency, cache } = options;
  const before =
    resume === undefined ? undefined : await unfinishedRun(project, suite.name, resume);
  const start: RunStart = {
    type: "run",
    format: 1,
    run: newId(),
    suite: suite.name,
    file: nameInProject(project, file),
    startedAt: Date.now(),
    ...project.code,
    trials,
    metrics: suite.metrics,
    slices: suite.slices,
    shard,
    filter: filter === undefined ? null : String(filter),
    resumed: before?.start.run ?? null,
  };
  if (before !== undefined) goOnWith(before, start);
  const recorder = options.record && (await recorderOf(loaded, signal));
  const path = runPath(project, start.run);
  const rows = await RunFile.create(path, start);
  const { left } = limits;
  const progress = new RunProgress(suite);
  const log =
    project.telemetry &&
    (await evaluationLog(start, { ...project.telemetry, onTrouble: noteTrouble }));
  const sent = new SentPrompts();
  let done = 0;
  try {
    const taken = new Map<string, string>();
    if (before !== undefined) {
      for await (const row of triedTrials(before)) {
        taken.set(trialKey(row), hashOfCase(row));
        await rows.add(row);
      }
    }
    const end = await runSuite(suite, {
      run: start.run,
      folder: dirname(file),
      trials,
      concurrency,
      filter,
      shard: options.shard,
      resume: taken,
      maxCostUsd: left.costUsd,
      maxTimeMs: left.timeMs,
      cache: cache ? "use" : "refresh",
      signal,
      onTotal: (total) => progress.begin(total, taken.size),
      onRow: async (row) => {
        await rows.add(row);
        done++;
        progress.add(row);
        log?.onRow(row);
      },
      onCall: (event, about, trace) => {
        log?.onCall(event, about, trace);
        sent.add(event, about, trace);
        recorder?.add(event, about, trace);
        if (!isOfModel(event)) return;
        progress.spentUsd += event.costUsd ?? 0;
        limits.spend(event.costUsd ?? 0);
      },
    });
    await rows.add(end);
    return { path, start, end, trials: taken.size + done, sent, recorder };
  } finally {
    progress.end();
    await rows.close();
  }
}

function noteTrouble(error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  note(`Scores could not be reported to OpenTelemetry: ${oneLine(message)}`);
}

function goOnWith(before: Unfinished, now: RunStart): void {
  checkResumable(before, now);
  const { run, commit, startedAt } = before.start;
  note(`Going on with the run ${run} of ${new Date(startedAt).toISOString()}.`);
  if (commit !== now.commit)
    note(
      `Its first trials ran at the commit ${commit ?? "unknown"}, the others run at ${now.commit ?? "unknown"}.`,
    );
}
