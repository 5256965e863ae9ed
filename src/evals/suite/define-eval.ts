import type { Duration } from "../../util/duration.ts";
import type { ScoredTrial, Scorer, ScoreValue } from "../scorer.ts";
import type { CaseRow, EvalCase } from "./case.ts";
import type { Gate } from "./gate.ts";

/** Where cases come from: rows, a function that makes them, or a file (`jsonl`, `csv`, `recordedCalls`, …). */
export type EvalData<Input, Expected> =
  | readonly CaseRow<Input, Expected>[]
  | DataSource<Input, Expected>
  | (() => Rows<Input, Expected> | Promise<Rows<Input, Expected>>);

export type Rows<Input, Expected> =
  | Iterable<CaseRow<Input, Expected>>
  | AsyncIterable<CaseRow<Input, Expected>>;

/** Rows that are read as they are needed. */
export interface DataSource<Input, Expected> {
  /** For messages, e.g. the path of the file. */
  readonly name: string;
  readonly read: (from: ReadFrom) => AsyncIterable<CaseRow<Input, Expected>>;
}

export interface ReadFrom {
  /** The folder of the eval file: paths count from it. */
  readonly folder: string;
  readonly signal: AbortSignal;
}

/** What `run` may know beside the input. */
export interface TrialContext<Input, Expected> extends EvalCase<Input, Expected> {
  /** Counts from 1. */
  readonly trial: number;
  /** Aborts when the suite is stopped, or the trial takes too long: pass it on. */
  readonly signal: AbortSignal;
}

/** A scorer, or a function whose name is the metric's. */
export type ScorerLike<Input, Expected, Output> =
  | Scorer<Input, Expected, Output>
  | ScorerFunction<Input, Expected, Output>;

type ScorerFunction<Input, Expected, Output> = (
  trial: ScoredTrial<Input, Expected, Output>,
) => ScoreValue | Promise<ScoreValue>;

export interface EvalOptions<Input, Expected, Output> {
  /** What the suite is known by in reports, baselines, the history and `seam.lock`. Unique within a project. */
  readonly name: string;
  readonly data: EvalData<Input, Expected>;
  /** Feature code, called as in production: through its own seam. */
  readonly run: (input: Input, context: TrialContext<Input, Expected>) => Output | Promise<Output>;
  // Functions may tell `Output`: TypeScript compares those that are declared elsewhere before it knows what `run` gives.
  readonly scorers: readonly (
    | Scorer<NoInfer<Input>, NoInfer<Expected>, NoInfer<Output>>
    | ScorerFunction<NoInfer<Input>, NoInfer<Expected>, Output>
  )[];
  /** How often each case is run; 1 to 100. Default: 1. */
  readonly trials?: number | undefined;
  /** Cases that belong together, e.g. questions about one document: a field of the metadata, or a function. */
  readonly cluster?: string | ((of: EvalCase<Input, Expected>) => string) | undefined;
  /** Fields of the metadata whose values are told apart in reports. */
  readonly slices?: readonly string[] | undefined;
  readonly gate?: Gate | undefined;
  /** The most that one trial may take, scorers apart. Default: `"5m"`. */
  readonly timeout?: Duration | undefined;
  /** Trials at once; 1 to 1,000. Default: 8. */
  readonly concurrency?: number | undefined;
}

/** A suite of an eval file. */
export interface Eval<Input = unknown, Expected = unknown, Output = unknown>
  extends EvalOptions<Input, Expected, Output> {
  readonly kind: "llm-seam/eval";
}

/**
 * Declares a suite. `seam eval` finds it in the exports of `*.eval.ts` files, under any name.
 *
 * @example
 * export const tickets = defineEval({
 *   name: "tickets",
 *   data: jsonl<{ text: string }, { urgent: boolean }>("tickets.jsonl"),
 *   run: ({ text }, { signal }) => sortTicket(text, signal),
 *   scorers: [{ name: "urgent", score: ({ output, expected }) => output.urgent === expected?.urgent }],
 * });
 */
export function defineEval<Input, Expected, Output>(
  options: EvalOptions<Input, Expected, Output>,
): Eval<Input, Expected, Output> {
  return { ...options, kind: "llm-seam/eval" };
}
