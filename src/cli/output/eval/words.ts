import type {
  BaselineInfo,
  Comparison,
  Estimate,
  MetricResult,
  SuiteResult,
} from "../../../evals/result/result.ts";
import type { TrialError, TrialRecord } from "../../../evals/run/records.ts";
import { bytesAsText, jsonLine } from "../clean.ts";
import { count, counted, moment, time, usd } from "../format.ts";

/** What stands where there is nothing to say. */
const nothing = "–";

/** Two decimals, or three where the third says something: `0.90`, `0.925`. */
export function score(value: number | null): string {
  return value === null ? nothing : value.toFixed(3).replace(/0$/, "");
}

function signed(value: number): string {
  return `${value < 0 ? "−" : "+"}${score(Math.abs(value))}`;
}

function interval({ low, high }: Pick<Estimate, "low" | "high">): string {
  return `${score(low)} to ${score(high)}`;
}

function signedInterval({ low, high }: Pick<Comparison, "low" | "high">): string {
  return `${signed(low)} to ${signed(high)}`;
}

function probability(p: number): string {
  return p < 0.001 ? "< 0.001" : String(Number(p.toPrecision(2)));
}

/** A metric as its line in a table says it. */
export interface MetricWords {
  readonly name: string;
  /** Corrected by human labels where there are some; `raw` is then what the judge said. */
  readonly score: string;
  readonly raw: string | null;
  readonly interval: string;
  readonly cases: string;
  readonly baseline: string;
  readonly difference: string;
  readonly differenceInterval: string;
  readonly verdict: string;
  readonly p: string;
  /** `null` where cases are run once. */
  readonly passAtK: string | null;
  readonly passHatK: string | null;
}

export function metricWords(result: MetricResult): MetricWords {
  const { metric, estimate, corrected, comparison, passAtK, passHatK } = result;
  const shown = corrected ?? estimate;
  return {
    name: metric.name,
    score: score(shown?.mean ?? null),
    raw: corrected === null || estimate === null ? null : score(estimate.mean),
    interval: shown === null ? nothing : interval(shown),
    cases: casesOf(shown),
    baseline: score(comparison?.baselineMean ?? null),
    difference: comparison === null ? nothing : signed(comparison.difference),
    differenceInterval: comparison === null ? nothing : signedInterval(comparison),
    verdict: comparison === null ? nothing : verdict(comparison),
    p: comparison === null ? nothing : probability(comparison.adjustedP),
    passAtK: kWords("pass@", passAtK),
    passHatK: kWords("pass^", passHatK),
  };
}

function verdict({ verdict }: Comparison): string {
  return verdict === "no evidence" ? "no evidence of change" : verdict;
}

function casesOf(estimate: Estimate | null): string {
  if (estimate === null) return "0";
  const { n, clusters } = estimate;
  return clusters === null ? count(n) : `${count(n)} in ${counted(clusters, "cluster")}`;
}

function kWords(name: string, values: readonly number[]): string | null {
  if (values.length < 2) return null;
  return values.map((value, index) => `${name}${index + 1} ${score(value)}`).join(", ");
}

/** What a metric's line has no room for: a sentence each. */
export function metricNotes({
  metric,
  comparison,
  calibration,
  ...result
}: MetricResult): string[] {
  const notes: string[] = [];
  if (comparison?.verdict === "underpowered") notes.push(power(comparison));
  if (comparison?.mcnemar) {
    const { broke, mended, p } = comparison.mcnemar;
    notes.push(
      `${count(broke)} cases broke, ${count(mended)} were mended (McNemar p ${equals(p)})`,
    );
  }
  if (calibration?.kind === "calibrated") {
    const { n, kappa, kappaLow, kappaHigh } = calibration.calibration;
    const between = interval({ low: kappaLow, high: kappaHigh });
    notes.push(`judge calibrated on ${counted(n, "label")}: kappa ${score(kappa)} (${between})`);
  }
  if (calibration?.kind === "stale") notes.push(`calibration is stale: ${calibration.why}`);
  if (calibration?.kind === "missing") notes.push("the judge is not calibrated");
  if (result.inconsistency !== null) {
    notes.push(`${share(result.inconsistency)} of pairs were judged otherwise in the other order`);
  }
  const { notApplicable, faults } = result.counts;
  if (notApplicable > 0) notes.push(`not applicable to ${counted(notApplicable, "trial")}`);
  if (faults > 0) notes.push(`${counted(faults, "score")} missing`);
  return notes.map((note) => `${metric.name}: ${note}`);
}

function equals(p: number): string {
  const words = probability(p);
  return words.startsWith("<") ? words : `= ${words}`;
}

function share(part: number): string {
  return `${Number((part * 100).toPrecision(2))} %`;
}

function power({ detectable, effect, casesForEffect, n }: Comparison): string {
  const seen =
    detectable === null
      ? `${counted(n, "case")} could not have seen any change`
      : `${counted(n, "case")} could have seen ${score(detectable)} or more`;
  return `underpowered: ${seen}; ${score(effect)} needs about ${count(casesForEffect)} cases`;
}

/** `passed`, or why not. */
export function outcome({ gate }: SuiteResult): "passed" | "failed" | "undecided" {
  if (gate.tooManyFaults) return "undecided";
  return gate.passed ? "passed" : "failed";
}

/** What was run: a few words each. */
export function about({ start, end, counts }: SuiteResult): string[] {
  const { commit, branch, dirty, trials, shard, filter } = start;
  const words = [
    commit === null ? "no commit" : `commit ${commit.slice(0, 7)}${dirty ? " with changes" : ""}`,
  ];
  if (branch !== null) words.push(`branch ${branch}`);
  words.push(counted(counts.cases, "case"));
  if (trials > 1) words.push(`${count(trials)} trials each`);
  if (shard !== null) words.push(`shard ${shard.index} of ${shard.of}`);
  if (filter !== null) words.push(`only ${filter}`);
  if (end !== null) words.push(time(end.endedAt - start.startedAt));
  return words;
}

export function baselineWords({ from, commit, startedAt, cases, ...only }: BaselineInfo): string {
  const which = commit === null ? "" : `commit ${commit.slice(0, 7)}, `;
  const others = [
    ...(only.onlyNow > 0 ? [`${count(only.onlyNow)} only now`] : []),
    ...(only.onlyBefore > 0 ? [`${count(only.onlyBefore)} only then`] : []),
  ].map((words) => `, ${words}`);
  return `${from} (${which}${moment(startedAt)}): ${counted(cases, "case")}${others.join("")}`;
}

/** What it took: cost, time, tokens. */
export function costs({ cost, measures, counts }: SuiteResult): string[] {
  const { latencyMs, costUsd, tokens } = measures;
  const spent = `spent ${dollars(cost.spentUsd)}`;
  const judges = cost.judgeUsd ? `, judges ${dollars(cost.judgeUsd)}` : "";
  const words = [`${spent}${judges}`];
  if (counts.cached > 0) words.push(`${counted(counts.cached, "trial")} from the cache`);
  if (latencyMs.mean !== null) {
    words.push(
      `latency ${time(latencyMs.mean)}${was(latencyMs.baselineMean, time)}, p50 ${time(latencyMs.p50)}, p95 ${time(latencyMs.p95)}`,
    );
  }
  if (costUsd.mean !== null) {
    words.push(`cost ${usd(costUsd.mean)} a trial${was(costUsd.baselineMean, usd)}`);
  }
  if (tokens.mean !== null) {
    words.push(`${whole(tokens.mean)} tokens a trial${was(tokens.baselineMean, whole)}`);
  }
  return words;
}

function was(before: number | null, words: (value: number) => string): string {
  return before === null ? "" : ` (was ${words(before)})`;
}

function dollars(value: number | null): string {
  return value === null ? "an unknown amount" : usd(value);
}

function whole(value: number): string {
  return count(Math.round(value));
}

/** What went wrong with trials and scores; empty where nothing did. */
export function faults({ counts, end, ...result }: SuiteResult): string[] {
  const { failed, untried, scorerFaults, judgeFaults } = counts;
  const words: string[] = [];
  if (failed > 0) words.push(`${counted(failed, "trial")} failed and scored 0`);
  if (untried > 0) words.push(`${counted(untried, "trial")} could not be tried`);
  if (scorerFaults > 0) words.push(`${counted(scorerFaults, "score")} missing: scorers failed`);
  if (judgeFaults > 0) words.push(`${counted(judgeFaults, "score")} missing: judges failed`);
  words.push(...result.faults.map(faultWords));
  if (end === null) words.push("the run broke off");
  else if (end.reason !== "done") words.push(`the run ended early: ${endings[end.reason]}`);
  return words;
}

function faultWords({ metric, message, count: times }: SuiteResult["faults"][number]): string {
  const often = times === 1 ? "" : ` (${count(times)} times)`;
  return `${metric === null ? "not tried" : `${metric} failed`}${often}: ${message}`;
}

const endings = {
  cost: "its cost limit was reached",
  time: "its time was up",
  stopped: "it was stopped",
} as const;

/** A value as people read it: a text as it is, other values as JSON, laid out. */
export function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  return JSON.stringify(value, bytesAsText, 2) ?? "(none)";
}

/** The same where there is one line for it. */
export function inlineOf(value: unknown): string {
  return typeof value === "object" ? jsonLine(value) : textOf(value);
}

/** What a trial came to: its output, or its error. */
export function answerText({ output, error }: Pick<TrialRecord, "output" | "error">): string {
  return error === null ? textOf(output) : errorText(error);
}

function errorText({ code, message }: TrialError): string {
  return `${code}: ${message}`;
}

/** Text cut to so many characters, with what is left out. */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  const kept = text.slice(0, most).replace(/[\ud800-\udbff]$/, "");
  return `${kept}… (${count(text.length - kept.length)} more characters)`;
}

/** `accuracy 0.00 (was 1.00)` for each metric; what is as it was is not said twice. */
export function caseScores({
  scores,
  baseline,
}: {
  readonly scores: Readonly<Record<string, number | null>>;
  readonly baseline: Readonly<Record<string, number | null>> | null;
}): string[] {
  return Object.entries(scores).map(([name, value]) => {
    const before = baseline?.[name] ?? null;
    return `${name} ${score(value)}${before === value ? "" : was(before, score)}`;
  });
}

/** Why scorers said what they said, those below the pass mark and those that failed. */
export function reasons({ scores }: Pick<TrialRecord, "scores">): string[] {
  return Object.entries(scores).flatMap(([name, { fault, reason }]) => {
    if (fault !== null) return [`${name} failed: ${fault}`];
    return reason === null ? [] : [`${name}: ${reason}`];
  });
}
