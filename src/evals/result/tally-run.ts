import { canonical } from "../../call/canonical.ts";
import { ConfigError } from "../../errors.ts";
import { evalDefaults } from "../defaults.ts";
import type { MetricInfo, RunRow, RunStart, TrialCall, TrialRecord } from "../run/records.ts";
import { plus } from "../run/used.ts";
import type { FaultReason } from "./result.ts";
import {
  type CaseTally,
  hashOfCase,
  type Outcome,
  type RunPart,
  type RunTally,
  type TrialTally,
} from "./tally.ts";

/** Reads the rows of a run, or of all its shards one after another. What is held of each trial are its scores. */
export async function tallyRun(
  rows: AsyncIterable<RunRow>,
  onTrial: (trial: TrialRecord) => void = () => {},
): Promise<RunTally> {
  const parts = new Map<string, RunPart>();
  let current: RunPart | undefined;
  let counter: Counter | undefined;
  for await (const row of rows) {
    if (row.type === "run") {
      // A run that was resumed goes on in its file.
      current = { start: parts.get(row.run)?.start ?? row, end: null };
      counter ??= new Counter(row);
    } else if (current === undefined || counter === undefined) {
      throw noRun();
    } else if (row.type === "end") {
      current = { ...current, end: row };
    } else {
      current = { ...current, end: null };
      if (counter.add(row)) onTrial(row);
    }
    parts.set(current.start.run, current);
  }
  const [first, ...others] = parts.values();
  if (first === undefined || counter === undefined) throw noRun();
  return { parts: [first, ...others], ...counter.result() };
}

function noRun(): ConfigError {
  return new ConfigError({
    summary: "This is not the file of a run: its first row is not of the type `run`",
    advice: "Name a file of `.seam/evals/`, which `seam eval` writes.",
  });
}

interface OpenCase extends Omit<CaseTally, "trials"> {
  readonly trials: Map<number, TrialTally>;
}

class Counter {
  readonly #metrics: readonly MetricInfo[];
  readonly #slices: readonly string[];
  readonly #cases = new Map<string, OpenCase>();
  readonly #calls = new Map<string, TrialCall>();
  readonly #judgeCalls: readonly Map<string, TrialCall>[];
  readonly #faults: number[];
  readonly #reasons = new Reasons();
  readonly #inconsistent: number[];
  #failed = 0;
  #untried = 0;
  #cached = 0;
  #repeated = 0;
  #spentUsd: number | null = 0;
  #judgeUsd: number | null = 0;

  constructor({ metrics, slices }: RunStart) {
    this.#metrics = metrics;
    this.#slices = slices;
    this.#judgeCalls = metrics.map(() => new Map());
    this.#faults = metrics.map(() => 0);
    this.#inconsistent = metrics.map(() => 0);
  }

  /** Whether the trial is a new one. */
  add(trial: TrialRecord): boolean {
    const { trials } = this.#caseOf(trial);
    this.#spentUsd = plus(this.#spentUsd, trial.spentUsd);
    this.#judgeUsd = plus(this.#judgeUsd, trial.judgeUsd);
    if (trials.has(trial.trial)) {
      this.#repeated++;
      return false;
    }
    const { latencyMs, costUsd, tokens, error } = trial;
    const outcomes = this.#metrics.map(({ name }) => outcomeOf(trial, name));
    trials.set(trial.trial, { trial: trial.trial, outcomes, latencyMs, costUsd, tokens });
    if (error?.kind === "feature") this.#failed++;
    if (error?.kind === "untried") {
      this.#untried++;
      this.#reasons.add(null, `${error.code}: ${error.message}`);
    } else this.#countScores(trial, outcomes);
    if (trial.cached) this.#cached++;
    for (const call of trial.calls) this.#calls.set(keyOf(call), call);
    return true;
  }

  result(): Omit<RunTally, "parts"> {
    return {
      metrics: this.#metrics,
      cases: [...this.#cases.values()]
        .map(({ trials, ...rest }) => ({
          ...rest,
          trials: [...trials.values()].sort((a, b) => a.trial - b.trial),
        }))
        .sort((a, b) => (a.id < b.id ? -1 : 1)),
      failed: this.#failed,
      untried: this.#untried,
      cached: this.#cached,
      repeated: this.#repeated,
      faults: this.#faults,
      reasons: this.#reasons.all(),
      inconsistent: this.#inconsistent,
      spentUsd: this.#spentUsd,
      judgeUsd: this.#judgeUsd,
      calls: [...this.#calls.values()],
      judgeCalls: this.#judgeCalls.map((calls) => [...calls.values()]),
    };
  }

  #caseOf(trial: TrialRecord): OpenCase {
    const known = this.#cases.get(trial.case);
    if (known !== undefined) return known;
    const { critical, cluster, metadata } = trial;
    const slices = this.#slices.map((field) => sliceValuesOf(own(metadata, field)));
    const made = {
      id: trial.case,
      critical,
      cluster,
      hash: hashOfCase(trial),
      slices,
      trials: new Map(),
    };
    this.#cases.set(trial.case, made);
    return made;
  }

  #countScores(trial: TrialRecord, outcomes: readonly Outcome[]): void {
    for (const [index, { name }] of this.#metrics.entries()) {
      if (outcomes[index] === "fault") {
        increment(this.#faults, index);
        this.#reasons.add(name, own(trial.scores, name)?.fault ?? "there is no score of it");
      }
      if (own(trial.scores, name)?.details?.["inconsistent"] === true) {
        increment(this.#inconsistent, index);
      }
      for (const call of own(trial.judgeCalls, name) ?? []) {
        this.#judgeCalls[index]?.set(keyOf(call), call);
      }
    }
  }
}

/** Reasons that differ are seldom many; where each has an id in it, the first ones stand for all. */
const mostReasons = 1_000;

/** What an error of the seam says of itself is otherwise the same for many calls. */
const callId = /(?:, )?call \w+(?=\])/;

class Reasons {
  readonly #counts = new Map<string, FaultReason>();

  add(metric: string | null, text: string): void {
    const message = text.replace(callId, "").slice(0, evalDefaults.report.faultText);
    const key = canonical([metric, message]);
    const { count = 0 } = this.#counts.get(key) ?? {};
    if (count === 0 && this.#counts.size === mostReasons) return;
    this.#counts.set(key, { metric, message, count: count + 1 });
  }

  all(): FaultReason[] {
    return [...this.#counts.values()].sort(
      (a, b) => b.count - a.count || (canonical(a) < canonical(b) ? -1 : 1),
    );
  }
}

function outcomeOf({ error, scores }: TrialRecord, metric: string): Outcome {
  const score = error?.kind === "untried" ? undefined : own(scores, metric);
  if (score === undefined || score.fault !== null) return "fault";
  return score.score ?? "not applicable";
}

/** A list stands for each of its values, e.g. tags. */
function sliceValuesOf(value: unknown): readonly string[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return [...new Set(value.flatMap(sliceValuesOf))];
  return [typeof value === "string" ? value : canonical(value)];
}

/** Calls of the same prompt to the same model are one to those who ask what was called. */
function keyOf({ task, target, model, prompt }: TrialCall): string {
  return canonical([task, target, model, prompt]);
}

/** Names of metrics and fields come from elsewhere: what every object has is none of them. */
function own<Value>(record: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

function increment(counts: number[], index: number): void {
  counts[index] = (counts[index] ?? 0) + 1;
}
