import type { SuiteResult } from "../../../evals/result/result.ts";
import type { MetricInfo, TrialRecord } from "../../../evals/run/records.ts";
import { multiLine, oneLine } from "../clean.ts";
import type { Report } from "./report.ts";
import { answerText, outcome, reasons, score, shortened, textOf } from "./words.ts";

/** Of a case, a report of tests shows enough to know it again. */
const mostOfText = 4_000;

/**
 * The trials as test cases in the XML that JUnit writes and CI systems read, in parts: a test suite for each suite, with a
 * test case for its gate and one for each trial. The rows are read twice: the counts stand in front.
 */
export async function* junitOf(reports: readonly Report[]): AsyncGenerator<string, void, void> {
  yield '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="seam eval">\n';
  for (const report of reports) {
    yield openSuite(report.result, await countsOf(report));
    yield gateCase(report.result);
    for await (const trial of trialsOf(report)) yield trialCase(trial, report.result);
    yield "  </testsuite>\n";
  }
  yield "</testsuites>\n";
}

/** What came of a trial, in JUnit's words: a test has at most one of them. */
type Verdict =
  | { readonly kind: "passed" }
  | { readonly kind: "failure" | "error"; readonly type: string; readonly message: string }
  | { readonly kind: "skipped"; readonly message: string };

interface Counts {
  tests: number;
  failure: number;
  error: number;
  skipped: number;
}

async function countsOf(report: Report): Promise<Counts> {
  const gate = gateVerdict(report.result).kind;
  const counts = { tests: 1, passed: 0, failure: 0, error: 0, skipped: 0 };
  counts[gate] += 1;
  for await (const trial of trialsOf(report)) {
    counts.tests += 1;
    counts[verdictOf(trial, report.result.start.metrics).kind] += 1;
  }
  return counts;
}

async function* trialsOf({ rows }: Report): AsyncGenerator<TrialRecord, void, void> {
  for await (const row of rows()) if (row.type === "trial") yield row;
}

function openSuite({ start, end }: SuiteResult, counts: Counts): string {
  const attributes = {
    name: start.suite,
    tests: counts.tests,
    failures: counts.failure,
    errors: counts.error,
    skipped: counts.skipped,
    time: seconds(end === null ? null : end.endedAt - start.startedAt),
    timestamp: new Date(start.startedAt).toISOString().slice(0, 19),
  };
  return `  <testsuite${listed(attributes)}>\n`;
}

function gateCase(result: SuiteResult): string {
  return testCase({ name: "gate", suite: result.start, ms: null }, gateVerdict(result), [
    ...result.gate.failures,
    ...result.gate.warnings,
  ]);
}

function gateVerdict(result: SuiteResult): Verdict {
  const { gate } = result;
  const message = gate.failures[0] ?? "see the report";
  const state = outcome(result);
  if (state === "passed") return { kind: "passed" };
  return { kind: state === "failed" ? "failure" : "error", type: "Gate", message };
}

function trialCase(trial: TrialRecord, { start }: SuiteResult): string {
  const verdict = verdictOf(trial, start.metrics);
  const name = start.trials > 1 ? `${trial.case} [trial ${trial.trial}]` : trial.case;
  const about =
    verdict.kind === "failure" || verdict.kind === "error"
      ? [
          ...reasons(trial),
          `input: ${textOf(trial.input)}`,
          `expected: ${textOf(trial.expected)}`,
          `answer: ${answerText(trial)}`,
        ]
      : [];
  return testCase({ name, suite: start, ms: trial.latencyMs }, verdict, about);
}

/** An error: providers, scorers or judges were in the way. A failure: the feature did not do well enough. */
function verdictOf({ error, scores }: TrialRecord, metrics: readonly MetricInfo[]): Verdict {
  if (error !== null) {
    const kind = error.kind === "untried" ? "error" : "failure";
    return { kind, type: error.code, message: error.message };
  }
  const marks = metrics.flatMap(({ name, passAt }) => {
    const given = scores[name];
    return given === undefined ? [] : [{ name, passAt, ...given }];
  });
  const fault = marks.find((mark) => mark.fault !== null);
  if (fault !== undefined) {
    return { kind: "error", type: "ScorerFault", message: `${fault.name}: ${fault.fault}` };
  }
  const low = marks.filter((mark) => mark.score !== null && mark.score < mark.passAt);
  if (low.length > 0) {
    const each = low.map(({ name, score: value, passAt }) => `${name} ${score(value)} < ${passAt}`);
    return { kind: "failure", type: "Score", message: each.join(", ") };
  }
  return marks.every((mark) => mark.score === null)
    ? { kind: "skipped", message: "no scorer applies" }
    : { kind: "passed" };
}

interface TestCase {
  readonly name: string;
  readonly suite: { readonly suite: string; readonly file: string };
  readonly ms: number | null;
}

function testCase(
  { name, suite, ms }: TestCase,
  verdict: Verdict,
  about: readonly string[],
): string {
  const open = `    <testcase${listed({
    name,
    classname: suite.suite,
    file: suite.file,
    time: seconds(ms),
  })}`;
  if (verdict.kind === "passed") return `${open}/>\n`;
  const { kind, ...attributes } = verdict;
  const text = about.map((each) => escaped(multiLine(shortened(each, mostOfText)))).join("\n");
  return `${open}>\n      <${kind}${listed(attributes)}>${text}</${kind}>\n    </testcase>\n`;
}

function seconds(ms: number | null): string {
  return ((ms ?? 0) / 1_000).toFixed(3);
}

function listed(attributes: Readonly<Record<string, string | number>>): string {
  return Object.entries(attributes)
    .map(([name, value]) => ` ${name}="${escaped(oneLine(shortened(String(value), mostOfText)))}"`)
    .join("");
}

/** XML has no way to write half a surrogate pair, or the two characters that are none. */
function escaped(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\ufffe\uffff]/g, "\ufffd")
    .replace(/[&<>"']/g, (mark) => `&#${mark.charCodeAt(0)};`);
}
