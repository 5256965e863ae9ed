/** The door to evals: suites, scorers and judges for `*.eval.ts` files, which `seam eval` runs. */
export { type CsvOptions, csv } from "./data/csv.ts";
export { jsonl } from "./data/jsonl.ts";
export { rowOf } from "./data/row-of.ts";
export type { DataOptions } from "./data/source.ts";
export { judge } from "./judge/judge.ts";
export type {
  JudgeForm,
  JudgeLabels,
  JudgeOptions,
  JudgePair,
  JudgeScale,
  JudgeShows,
} from "./judge/options.ts";
export type {
  JudgeIdentity,
  JudgeVerdict,
  Scored,
  ScoredTrial,
  Scorer,
  ScoreValue,
} from "./scorer.ts";
export { notApplicable } from "./scorer.ts";
export type { CaseRow, EvalCase } from "./suite/case.ts";
export {
  type DataSource,
  defineEval,
  type Eval,
  type EvalData,
  type EvalOptions,
  type ReadFrom,
  type Rows,
  type ScorerLike,
  type TrialContext,
} from "./suite/define-eval.ts";
export type { Gate, MetricGate, Verdict } from "./suite/gate.ts";
