import { ConfigError } from "../../errors.ts";
import { linkAbort, raceAbort } from "../../util/abort.ts";
import { hashOfCase } from "../result/tally.ts";
import type { EvalCase } from "../suite/case.ts";
import { type OpenCases, openCases, type Selection } from "../suite/cases.ts";
import type { Suite } from "../suite/suite.ts";
import type { OnCall, StandIns, TrialCache } from "./listen.ts";
import { plain } from "./plain.ts";
import type { RunEnd, TrialRecord } from "./records.ts";
import { Spending } from "./spending.ts";
import { runTrial, type TrialOptions } from "./trial.ts";

export interface RunOptions extends Selection {
  /** The id of the run. */
  readonly run: string;
  /** The folder of the eval file: paths of data count from it. */
  readonly folder: string;
  /** In place of what the suite says. */
  readonly trials?: number | undefined;
  readonly concurrency?: number | undefined;
  /** Trials that are there already, as {@link trialKey} names them, with what they asked: {@link hashOfCase}. */
  readonly resume?: ReadonlyMap<string, string> | undefined;
  /** US dollars that the run may spend, judges included; what is under way then may exceed them. */
  readonly maxCostUsd?: number | undefined;
  readonly maxTimeMs?: number | undefined;
  readonly cache: TrialCache;
  readonly signal: AbortSignal;
  readonly standIn?: StandIns | undefined;
  /** `false`: the feature is run, and nothing is scored. Default: `true`. */
  readonly score?: boolean | undefined;
  /** Is told how many trials there are, those that are there already included; `null`: nobody knows before the end. */
  readonly onTotal?: ((trials: number | null) => void) | undefined;
  /** Is told of each trial that has ended, and is waited for. */
  readonly onRow: (row: TrialRecord) => void | Promise<void>;
  readonly onCall?: OnCall | undefined;
}

export function trialKey({ case: id, trial }: Pick<TrialRecord, "case" | "trial">): string {
  return `${trial} ${id}`;
}

/**
 * Runs every trial of a suite, several at once. Cases are read as trials begin: never more than are under way. When it is
 * stopped, what is under way is aborted and leaves no row.
 *
 * @throws ConfigError for data that cannot be read, or that trials of before were not made of, and for a limit of cost on models without a price; what `onRow` throws
 */
export async function runSuite(suite: Suite, options: RunOptions): Promise<RunEnd> {
  const { concurrency = suite.concurrency, maxTimeMs, maxCostUsd, signal } = options;
  const { controller, unlink } = linkAbort(signal);
  const stop = (why: unknown): void => controller.abort(why);
  const timer = maxTimeMs === undefined ? undefined : setTimeout(stop, maxTimeMs, timeIsUp);
  const spending = maxCostUsd === undefined ? undefined : new Spending(maxCostUsd);
  const trialOptions = trialOptionsOf(options, spending, controller.signal);
  let isOverCost = false;

  const work = async (left: AsyncGenerator<Trial>): Promise<void> => {
    for (;;) {
      const next = await raceAbort(left.next(), controller.signal);
      if (next.done === true) return;
      if (spending?.isOver() === true) {
        isOverCost = true;
        return;
      }
      await options.onRow(await runTrial(suite, next.value, trialOptions));
    }
  };

  try {
    const left = await raceAbort(trialsLeft(suite, options, controller.signal), controller.signal);
    await Promise.all(Array.from({ length: concurrency }, () => work(left).catch(stop)));
    if (!controller.signal.aborted) await left.return(undefined);
  } catch (error) {
    stop(error);
  } finally {
    clearTimeout(timer);
    unlink();
  }
  const reason = whyStopped(controller.signal, signal) ?? (isOverCost ? "cost" : "done");
  return { type: "end", endedAt: Date.now(), reason };
}

const timeIsUp = Symbol("the time of the run is up");

/** Why a run was stopped; throws what has failed it. */
function whyStopped(own: AbortSignal, outer: AbortSignal): RunEnd["reason"] | undefined {
  if (!own.aborted) return undefined;
  if (own.reason === timeIsUp) return "time";
  if (outer.aborted && own.reason === outer.reason) return "stopped";
  throw own.reason;
}

function trialOptionsOf(
  { run, cache, standIn, score = true, onCall }: RunOptions,
  spending: Spending | undefined,
  signal: AbortSignal,
): TrialOptions {
  return {
    run,
    cache,
    standIn,
    score,
    signal,
    onCall: (event, about, trace) => {
      spending?.add(event);
      onCall?.(event, about, trace);
    },
  };
}

interface Trial {
  readonly of: EvalCase;
  readonly trial: number;
}

async function trialsLeft(
  suite: Suite,
  options: RunOptions,
  signal: AbortSignal,
): Promise<AsyncGenerator<Trial>> {
  const { folder, trials = suite.trials, resume = new Map(), onTotal } = options;
  const { total, cases } = await openCases(suite, options, { folder, signal });
  onTotal?.(total === null ? null : total * trials);
  const left = trialsOf(cases, trials, resume, suite);
  if (total === null || resume.size === 0) return left;
  // Of a list it is known before the first trial whether those of before were made of it.
  const listed: Trial[] = [];
  for await (const next of left) listed.push(next);
  return each(listed);
}

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

async function* trialsOf(
  cases: OpenCases["cases"],
  trials: number,
  resume: ReadonlyMap<string, string>,
  suite: Suite,
): AsyncGenerator<Trial> {
  let known = 0;
  for await (const of of cases) {
    for (let trial = 1; trial <= trials; trial++) {
      const before = resume.get(trialKey({ case: of.id, trial }));
      if (before === undefined) yield { of, trial };
      else if (before === hashOfAsked(of)) known++;
      else throw otherData(suite, `the case ${JSON.stringify(of.id)} is another one now`);
    }
  }
  const gone = resume.size - known;
  if (gone > 0) throw otherData(suite, `${gone} of its trials are of cases that are gone`);
}

function hashOfAsked({ input, expected }: EvalCase): string {
  return hashOfCase({ input: plain(input), expected: plain(expected) });
}

function otherData({ name }: Suite, what: string): ConfigError {
  return new ConfigError({
    summary: `The data of ${JSON.stringify(name)} has changed since the run broke off: ${what}`,
    advice: "Run the suite anew: what was answered before is in the cache.",
  });
}
