/** The rows of a run's file: one JSON object a line, `run` first, then a `trial` each, `end` last where it has ended. */
export type RunRow = RunStart | TrialRecord | RunEnd;

/** What a run is of, and what it was made with. */
export interface RunStart {
  readonly type: "run";
  readonly format: 1;
  /** The id of the run; the shards of one run have ids of their own. */
  readonly run: string;
  readonly suite: string;
  /** The eval file, from the project's folder. */
  readonly file: string;
  readonly startedAt: number;
  /** `null` outside of a repository, or where it cannot be told. */
  readonly commit: string | null;
  readonly branch: string | null;
  /** Files of the working tree differ from the commit. */
  readonly dirty: boolean;
  readonly trials: number;
  readonly metrics: readonly MetricInfo[];
  readonly slices: readonly string[];
  readonly shard: Shard | null;
  /** Of which cases the run is, where not of all: what `--filter` said. */
  readonly filter: string | null;
  /** The id of the run whose trials this one has taken over. */
  readonly resumed: string | null;
}

/** One of several runs that share the cases of a suite: `{ index: 1, of: 4 }` is the first. */
export interface Shard {
  readonly index: number;
  readonly of: number;
}

export interface MetricInfo {
  readonly name: string;
  readonly passAt: number;
  readonly judge: { readonly task: string; readonly rubric: string; readonly kind: string } | null;
}

/** One run of the feature on one case, and what scorers said of it. */
export interface TrialRecord {
  readonly type: "trial";
  readonly case: string;
  /** Counts from 1. */
  readonly trial: number;
  readonly critical: boolean;
  readonly cluster: string | null;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly input: unknown;
  readonly expected: unknown;
  readonly output: unknown;
  /** What `run` threw. `kind` tells a feature that failed from one that could not be tried. */
  readonly error: TrialError | null;
  /** By the name of the metric; empty where the trial could not be tried. */
  readonly scores: Readonly<Record<string, TrialScore>>;
  /** Without caches in the way; `null` where one took part. */
  readonly latencyMs: number | null;
  /** What the feature's calls cost now (`spentUsd`), and what they would without the cache. */
  readonly costUsd: number | null;
  readonly spentUsd: number | null;
  /** What judges' calls cost now. */
  readonly judgeUsd: number | null;
  readonly tokens: number | null;
  /** Whether an answer came from the cache of an earlier run. */
  readonly cached: boolean;
  /** The feature's calls of models, in the order in which they ended. */
  readonly calls: readonly TrialCall[];
  /** Those of its judges, by the name of the metric. */
  readonly judgeCalls: Readonly<Record<string, readonly TrialCall[]>>;
}

export interface TrialCall {
  readonly id: string;
  readonly task: string;
  readonly target: string;
  readonly model: string | null;
  /** The fingerprint of the prompt's static part. */
  readonly prompt: string;
}

export interface TrialError {
  /**
   * `feature`: it has no answer, which scores 0. `untried`: providers, keys or budgets were in the way, which says nothing
   * about quality.
   */
  readonly kind: "feature" | "untried";
  readonly code: string;
  readonly message: string;
}

export interface TrialScore {
  /** `null`: not applicable, or the scorer failed. */
  readonly score: number | null;
  readonly reason: string | null;
  /** What the scorer threw; then there is no score. */
  readonly fault: string | null;
  readonly details: Readonly<Record<string, unknown>> | null;
}

/** Why a run has ended, and what the trials cannot tell. */
export interface RunEnd {
  readonly type: "end";
  readonly endedAt: number;
  /** `done`: every trial was run. */
  readonly reason: "done" | "cost" | "time" | "stopped";
}
