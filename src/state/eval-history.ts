/** A run of a suite that is over, as its history keeps it. Times are milliseconds since the epoch. */
export interface EvalRunRecord {
  /** The id of the run. */
  readonly run: string;
  readonly suite: string;
  readonly startedAt: number;
  readonly endedAt: number;
  /** `null` outside of a repository. */
  readonly commit: string | null;
  readonly branch: string | null;
  /** Files of the working tree differed from the commit. */
  readonly dirty: boolean;
  readonly cases: number;
  readonly trials: number;
  /** Whether its gate passed. */
  readonly passed: boolean;
  /** Why it ended; only a run that is `done` has run every trial. */
  readonly reason: "done" | "cost" | "time" | "stopped";
  /** By the name of the metric; those without a score are not there. */
  readonly metrics: Readonly<Record<string, EvalRunMetric>>;
  /** What it cost, judges included; `null`: not known. */
  readonly costUsd: number | null;
  /** The file of its rows. */
  readonly file: string;
}

export interface EvalRunMetric {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  /** Cases that have a score. */
  readonly n: number;
}

export interface EvalHistoryFilter {
  readonly branch?: string | undefined;
  /** At most so many, the newest. Default: all. */
  readonly last?: number | undefined;
}

/** Keeps what runs of suites came to. Every method rejects when the store cannot be read or written. */
export interface EvalHistory {
  /** Adds a run; one that was gone on with takes the place of what was known of it. */
  add(run: EvalRunRecord): Promise<void>;
  /** The runs of a suite, oldest first. */
  list(suite: string, filter?: EvalHistoryFilter): Promise<EvalRunRecord[]>;
  /** The newest run of a suite whose id, or whose commit, is this or begins so; `undefined`: there is none. */
  find(suite: string, runOrCommit: string): Promise<EvalRunRecord | undefined>;
  /** The names of all suites that have a run. */
  suites(): Promise<string[]>;
}
