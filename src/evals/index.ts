/** The door to evals: suites, scorers and judges for `*.eval.ts` files, which `seam eval` runs. */
export { type ComparedScores, compareScores } from "./compare/compare.ts";
export { type CsvOptions, csv } from "./data/csv.ts";
export { jsonl } from "./data/jsonl.ts";
export { type RecordedCallsOptions, recordedCalls } from "./data/recorded-calls.ts";
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
export type { RecordedCall } from "./production/recorded.ts";
export type { Comparison } from "./result/result.ts";
export type {
  JudgeIdentity,
  JudgeVerdict,
  Scored,
  ScoredTrial,
  Scorer,
  ScoreValue,
} from "./scorer.ts";
export { notApplicable } from "./scorer.ts";
export type { Assertion } from "./scorers/assertion.ts";
export {
  type Asserted,
  type AssertionsOptions,
  assertions,
  type CaseAssertion,
} from "./scorers/assertions.ts";
export { type BleuOptions, bleu } from "./scorers/bleu.ts";
export { type CitationsOptions, citations } from "./scorers/citations.ts";
export type { Compare, From, Of, ScorerOptions } from "./scorers/compare.ts";
export { type ContainsOptions, contains, containsAll, containsAny } from "./scorers/contains.ts";
export type { ValueOptions } from "./scorers/differences.ts";
export { exact } from "./scorers/exact.ts";
export type { Measure, MeasureOptions } from "./scorers/f1.ts";
export { type JsonSchemaOptions, jsonEqual, jsonSchema } from "./scorers/json.ts";
export { levenshtein } from "./scorers/levenshtein.ts";
export { costUnder, latencyUnder, tokensUnder } from "./scorers/limits.ts";
export type { ToolCallLike } from "./scorers/made-calls.ts";
export type { TextOptions } from "./scorers/normalize.ts";
export type { NumberFormat } from "./scorers/numbers.ts";
export { type NumericOptions, numeric } from "./scorers/numeric.ts";
export { type RefusalOptions, refusal, refusalPhrases } from "./scorers/refusal.ts";
export { type RegexOptions, regex } from "./scorers/regex.ts";
export { type RougeNOptions, rougeL, rougeN } from "./scorers/rouge.ts";
export { setMatch } from "./scorers/set.ts";
export { type Embed, type SimilarOptions, similar } from "./scorers/similar.ts";
export type { Tolerance } from "./scorers/tolerance.ts";
export {
  type ExpectedCall,
  type ToolCallsOptions,
  type TrajectoryMode,
  type TrajectoryOptions,
  toolCalls,
  trajectory,
} from "./scorers/tool-calls.ts";
export type { Pair } from "./stats/paired-difference.ts";
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
