import { join, resolve } from "node:path";
import { ConfigError } from "../../errors.ts";
import { evalDefaults } from "../../evals/defaults.ts";
import { agreementOf } from "../../evals/judge/agreement.ts";
import { appraise } from "../../evals/judge/appraise.ts";
import {
  calibrationSuite,
  type Judge,
  type JudgedLabels,
  judgeLabels,
} from "../../evals/judge/calibrate.ts";
import type { Calibration } from "../../evals/judge/calibration.ts";
import { calibrationOf } from "../../evals/judge/calibration-of.ts";
import { findJudge } from "../../evals/judge/find-judge.ts";
import { type Labelled, type LabelledFile, readLabelled } from "../../evals/judge/labelled.ts";
import { updateLock } from "../../evals/lock/file.ts";
import { putCalibration } from "../../evals/lock/judges.ts";
import { findEvalFiles } from "../../evals/suite/find.ts";
import { loadSuites } from "../../evals/suite/load.ts";
import { newId } from "../../util/id.ts";
import { exitCodes } from "../exit-codes.ts";
import { shortPath } from "../find-store.ts";
import { jsonLine } from "../output/clean.ts";
import { aboutJudged, renderAgreement } from "../output/eval/calibration.ts";
import { counted } from "../output/format.ts";
import { note, print } from "../output/terminal.ts";
import { RunProgress } from "./progress.ts";
import { openProject } from "./project.ts";

export interface CalibrateOptions {
  readonly metric?: string;
  readonly eval?: string;
  readonly concurrency?: number;
  readonly cache: boolean;
  readonly config?: string;
  readonly json?: true;
}

/** Compares a judge with labels, says how they agree, and keeps it in the lock. Returns the exit code. */
export async function calibrateJudge(
  file: string,
  options: CalibrateOptions,
  signal: AbortSignal,
): Promise<number> {
  const loaded = await loadSuites(await findEvalFiles(options.eval, process.cwd()));
  const judge = findJudge(
    loaded.map(({ suite }) => suite),
    options.metric,
  );
  const read = await readLabelled(resolve(file), judge.name, judge.judge, signal);
  if (read.labelled.length === 0) throw noLabels(file, judge.name, read);
  const judged = await judgeAll(judge, read.labelled, options, signal);
  const { labels, faults, reason } = judged;
  for (const line of aboutJudged(judge.name, judged, read.unlabelled)) note(line);
  if (reason === "stopped") {
    note("Stopped. What was judged is kept: run it again to go on.");
    return exitCodes.stopped;
  }
  if (faults.length > evalDefaults.gate.maxFaults * read.labelled.length) {
    note(`The judge failed for ${counted(faults.length, "output")}: nothing is concluded or kept.`);
    return exitCodes.faults;
  }
  if (labels.length === 0) throw appliesToNone(judge.name);
  const agreement = agreementOf(labels, judge.judge);
  const calibration = calibrationOf(judge, judged, agreement);
  const kept = typeof calibration === "string" ? null : calibration;
  const says = appraise(agreement);
  print(
    options.json
      ? jsonLine({ metric: judge.name, ...judged, labels: labels.length, agreement, says, kept })
      : renderAgreement(agreement, says),
  );
  if (typeof calibration === "string") {
    note(`Not kept in seam.lock: ${calibration}`);
    return exitCodes.failed;
  }
  await keep(calibration, options, signal);
  return exitCodes.ok;
}

async function judgeAll(
  judge: Judge,
  labelled: readonly Labelled[],
  { cache, concurrency }: CalibrateOptions,
  signal: AbortSignal,
): Promise<JudgedLabels> {
  const progress = new RunProgress(calibrationSuite(judge, labelled));
  progress.begin(labelled.length, 0);
  try {
    return await judgeLabels(judge, labelled, {
      run: newId(),
      cache: cache ? "use" : "refresh",
      concurrency,
      signal,
      onRow: (row) => {
        progress.spentUsd += row.judgeUsd ?? 0;
        progress.add(row);
      },
    });
  } finally {
    progress.end();
  }
}

async function keep(
  calibration: Calibration,
  { config }: CalibrateOptions,
  signal: AbortSignal,
): Promise<void> {
  const { folder } = await openProject(config === undefined ? {} : { config });
  const path = join(folder, "seam.lock");
  await updateLock(path, (lock) => putCalibration(lock, calibration), signal);
  note(`Kept in ${shortPath(path)}.`);
}

function appliesToNone(metric: string): ConfigError {
  return new ConfigError({
    summary: `The judge of ${JSON.stringify(metric)} applies to none of the labelled outputs`,
    advice: "A pairwise judge needs something to compare with: rows with `expected`.",
  });
}

function noLabels(file: string, metric: string, { unlabelled }: LabelledFile): ConfigError {
  const rows = counted(unlabelled, "row");
  return new ConfigError({
    summary: `${file} has no label by ${JSON.stringify(metric)} (${rows} without one)`,
    advice: `Label some outputs: seam eval label ${file} --metric ${metric}`,
  });
}
