import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { Baseline, BaselineCase } from "../../../evals/baseline/baseline.ts";
import type { MetricResult, SuiteResult } from "../../../evals/result/result.ts";
import { type CaseTally, meanOf, meanOfCase } from "../../../evals/result/tally.ts";
import { tallyRun } from "../../../evals/result/tally-run.ts";
import type { MetricInfo, TrialRecord } from "../../../evals/run/records.ts";
import { counted, moment, time, usd } from "../format.ts";
import type { Report } from "./report.ts";
import {
  about,
  answerText,
  baselineWords,
  costs,
  faults,
  metricNotes,
  metricWords,
  outcome,
  shortened,
  textOf,
} from "./words.ts";

/** Trials that the page reads at once, when one of them is looked at. */
const trialsInChunk = 50;

/** Characters of a text that are shown; the run's file has all of them. */
const mostOfText = 20_000;

/**
 * The results as one HTML file that needs nothing else, in parts: no network, no other file. Trials are written as they
 * are read, in chunks of JSON that the page reads when they are looked at. The page shows every text as text.
 */
export async function* htmlOf(reports: readonly Report[]): AsyncGenerator<string, void, void> {
  const [style, ...scripts] = await Promise.all(["page.css", ...scriptFiles].map(asset));
  const script = scripts.map(withoutModules).join("\n");
  yield head(style ?? "", script);
  for (const [index, report] of reports.entries()) yield* suiteData(report, index);
  yield `<script type="module">${script}</script>\n</body>\n</html>\n`;
}

/** Each after those that it imports. */
const scriptFiles = ["dom.js", "diff.js", "figures.js", "case.js", "cases.js", "main.js"];

/** Within one script all names are at hand; a module of a file on a disk could not be imported by a page. */
function withoutModules(script: string): string {
  return script.replace(/^import [^;]*;\n/gm, "").replace(/^export /gm, "");
}

/** What browsers run and show stands in files of its own, beside this one also where it is built. */
async function asset(name: string): Promise<string> {
  return await readFile(new URL(`page/${name}`, import.meta.url), "utf8");
}

function head(style: string, script: string): string {
  const policy = `default-src 'none'; style-src ${hashOf(style)}; script-src ${hashOf(script)}; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>Evals</title>
<style>${style}</style>
</head>
<body>
<h1>Evals</h1>
<nav aria-label="Suites"></nav>
<main></main>
<noscript>This report needs JavaScript, which is part of the file: nothing is loaded.</noscript>
`;
}

function hashOf(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}

/** The rows are read twice: what is held of a trial are its scores, and where in the file it stands. */
async function* suiteData(
  { result, rows, baseline }: Report,
  suite: number,
): AsyncGenerator<string, void, void> {
  const { cases, metrics } = await tallyRun(rows());
  const known = new Map(
    cases.map((each): [string, KnownCase] => [
      each.id,
      { each, before: comparable(each, baseline), places: [] },
    ]),
  );
  let chunk: unknown[] = [];
  let chunks = 0;
  for await (const row of rows()) {
    const of = row.type === "trial" ? known.get(row.case) : undefined;
    if (row.type !== "trial" || of === undefined || of.places[row.trial - 1] !== undefined)
      continue;
    of.places[row.trial - 1] = chunks * trialsInChunk + chunk.length;
    chunk.push(trialView(row, of.before));
    if (chunk.length < trialsInChunk) continue;
    yield embedded(`trials-${suite}-${chunks++}`, chunk);
    chunk = [];
  }
  yield embedded(`trials-${suite}-${chunks}`, chunk);
  const views = [...known.values()].map((of) => caseView(of, metrics));
  yield embedded(`suite-${suite}`, { ...suiteView(result), trialsInChunk, cases: views });
}

interface KnownCase {
  readonly each: CaseTally;
  readonly before: BaselineCase | undefined;
  /** Of its trials, in the order of their numbers: the how manieth it is in the file. */
  readonly places: number[];
}

/** What the baseline has of a case; another input or expectation under the same id is another case. */
function comparable(
  { id, hash }: CaseTally,
  baseline: Baseline | undefined,
): BaselineCase | undefined {
  const before = baseline?.cases.get(id);
  return before?.hash === hash ? before : undefined;
}

/** JSON that ends no script: `<` stands only in its texts, where it may be escaped. */
function embedded(id: string, value: unknown): string {
  const json = JSON.stringify(value).replace(
    /[<\u2028\u2029]/g,
    (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return `<script type="application/json" id="${id}">${json}</script>\n`;
}

function suiteView(result: SuiteResult): object {
  const { start, gate, baseline, metrics, slices } = result;
  return {
    name: start.suite,
    outcome: outcome(result),
    about: [`${start.file}, ${moment(start.startedAt)}`, ...about(result), ...costs(result)],
    baseline: baseline === null ? null : baselineWords(baseline),
    failures: gate.failures,
    warnings: [...gate.warnings, ...faults(result)],
    notes: metrics.flatMap(metricNotes),
    metrics: metrics.map(metricView),
    slices: slices.map(({ field, value, metrics: of }) => ({
      field,
      value,
      metrics: of.map(metricView),
    })),
    fields: start.slices,
  };
}

function metricView(result: MetricResult): unknown {
  const shown = result.corrected ?? result.estimate;
  return {
    ...metricWords(result),
    passAt: result.metric.passAt,
    mean: shown?.mean ?? null,
    low: shown?.low ?? null,
    high: shown?.high ?? null,
    before: result.comparison?.baselineMean ?? null,
  };
}

/** What the list shows, filters and draws; the texts stand with the trials. */
function caseView({ each, before, places }: KnownCase, metrics: readonly MetricInfo[]): unknown {
  return {
    id: each.id,
    critical: each.critical,
    slices: each.slices,
    scores: metrics.map((_, index) => meanOfCase(each, index)),
    before:
      before === undefined
        ? null
        : metrics.map(({ name }) => meanOf(before.scores.get(name) ?? [])),
    places: places.filter((place) => place !== undefined),
  };
}

function trialView(trial: TrialRecord, before: BaselineCase | undefined): unknown {
  const { input, expected, scores, latencyMs, costUsd, tokens, cached, calls } = trial;
  return {
    trial: trial.trial,
    input: shown(input),
    expected: expected == null ? null : shown(expected),
    now: shortened(answerText(trial), mostOfText),
    before: before === undefined ? null : shortened(answerText(before), mostOfText),
    failed: trial.error !== null,
    scores: Object.entries(scores).map(([name, { score, reason, fault }]) => ({
      name,
      score,
      why: fault ?? reason,
      fault: fault !== null,
    })),
    took: [
      ...(latencyMs === null ? [] : [time(latencyMs)]),
      ...(costUsd === null ? [] : [usd(costUsd)]),
      ...(tokens === null ? [] : [counted(tokens, "token")]),
      ...(cached ? ["from the cache"] : []),
    ],
    calls: calls.map(({ id, task, target, model }) => [id, task, model ?? target].join("  ")),
  };
}

function shown(value: unknown): string {
  return shortened(textOf(value), mostOfText);
}
