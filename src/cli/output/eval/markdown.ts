import type { CaseResult, MetricResult, SuiteResult } from "../../../evals/result/result.ts";
import { multiLine, oneLine } from "../clean.ts";
import { diffLines } from "./case.ts";
import {
  about,
  answerText,
  baselineWords,
  caseScores,
  costs,
  faults,
  inlineOf,
  metricNotes,
  metricWords,
  outcome,
  reasons,
  shortened,
} from "./words.ts";

/** What GitHub takes as one comment. */
const mostCharacters = 65_536;

/** Room for the sentence that says what was cut, and for what others put in front. */
const reserve = 512;

/** Tables and sentences of a suite may fill so much; the rest is for cases. */
const mostSlices = 100;
const mostOfSentences = 20;
const mostOfText = 400;
const mostOfAnswer = 2_000;

const marks = { passed: "✅", failed: "❌", undecided: "⚠️" } as const;

/**
 * The results as the comment of a pull request: the verdict first, then figures, then cases to fold out, as many as GitHub
 * takes. Texts of models, users and data are shown as they are: they make no link, image, mention or markup.
 */
export function markdownOf(results: readonly SuiteResult[]): string {
  const whole = results.map((result) => ({ result, text: figures(result) }));
  const blocks = [heading(results), ...whole.map(({ text }) => text)];
  let left = mostCharacters - reserve - blocks.join("\n\n").length;
  if (left < 0) return briefly(results);
  let cut = 0;
  const sections = whole.map(({ result, text }) => {
    const shown: string[] = [];
    for (const each of result.worst) {
      const block = foldedCase(each);
      if (block.length + 2 > left) cut += 1;
      else {
        shown.push(block);
        left -= block.length + 2;
      }
    }
    return [text, ...shown].join("\n\n");
  });
  const note = cut === 0 ? [] : [`*${cut} of the cases to look at did not fit into one comment.*`];
  return `${[heading(results), ...sections, ...note].join("\n\n")}\n`;
}

/** Of very many suites, one line each, as far as they fit. */
function briefly(results: readonly SuiteResult[]): string {
  let text = heading(results);
  for (const [index, result] of results.entries()) {
    const line = `\n- ${title(result)}`;
    if (text.length + line.length > mostCharacters - reserve) {
      return `${text}\n\n*${results.length - index} more suites did not fit into one comment.*\n`;
    }
    text += line;
  }
  return `${text}\n\n*The figures did not fit into one comment.*\n`;
}

function heading(results: readonly SuiteResult[]): string {
  const states = results.map(outcome);
  const state = states.find((each) => each !== "passed") ?? "passed";
  const passed = states.filter((each) => each === "passed").length;
  return `## ${marks[state]} Evals: ${passed} of ${results.length} passed`;
}

function title(result: SuiteResult): string {
  return `${marks[outcome(result)]} ${prose(result.start.suite)}: ${outcome(result)}`;
}

function figures(result: SuiteResult): string {
  const { gate, metrics, slices, baseline } = result;
  const notes = [
    ...listed("❌", gate.failures),
    ...listed("⚠️", gate.warnings),
    ...faults(result).map((text) => `⚠️ ${prose(text)}`),
    ...metrics.flatMap(metricNotes).map(prose),
    ...(baseline === null ? [] : [`Baseline: ${prose(baselineWords(baseline))}`]),
    prose([...about(result), ...costs(result)].join(" · ")),
  ];
  const parts = [
    `### ${title(result)}`,
    table(metrics.map((metric) => [prose(metric.metric.name), metric])),
    notes.map((text) => `- ${text}`).join("\n"),
  ];
  if (slices.length > 0) {
    const lines = slices.flatMap((slice) =>
      slice.metrics.map(
        (metric): Line => [
          `${prose(slice.field)}: ${prose(slice.value)}, ${prose(metric.metric.name)}`,
          metric,
        ],
      ),
    );
    const rest = lines.length > mostSlices ? `\n\n*${lines.length - mostSlices} more*` : "";
    parts.push(folded("Slices", `${table(lines.slice(0, mostSlices))}${rest}`));
  }
  return parts.join("\n\n");
}

function listed(mark: string, texts: readonly string[]): string[] {
  const shown = texts
    .slice(0, mostOfSentences)
    .map((text) => `${mark} ${prose(shortened(text, 4 * mostOfText))}`);
  const rest = texts.length - shown.length;
  return rest === 0 ? shown : [...shown, `${mark} and ${rest} more`];
}

type Line = readonly [name: string, metric: MetricResult];

function table(lines: readonly Line[]): string {
  const rows = lines.map(([name, metric]) => {
    const words = metricWords(metric);
    const raw = words.raw === null ? "" : ` (raw ${words.raw})`;
    const isNews = metric.comparison?.verdict === "regressed";
    return [
      name,
      `${words.score}${raw}`,
      words.interval,
      words.cases,
      words.baseline,
      words.difference,
      words.differenceInterval,
      words.p,
      isNews ? `**${words.verdict}**` : words.verdict,
      ...(words.passAtK === null ? [] : [`${words.passAtK}; ${words.passHatK}`]),
    ];
  });
  const hasTrials = rows.some((row) => row.length > titles.length);
  const head = hasTrials ? [...titles, "trials"] : titles;
  return [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

const titles = ["metric", "score", "95 %", "cases", "was", "change", "95 %", "p", "verdict"];

function foldedCase(result: CaseResult): string {
  const { id, critical, trial, before } = result;
  const answer = multiLine(shortened(answerText(trial), mostOfAnswer)).split("\n");
  const old = before && multiLine(shortened(answerText(before), mostOfAnswer)).split("\n");
  const why = reasons(trial).map((text) => prose(shortened(text, mostOfText)));
  const summary = `${shortened(id, mostOfText)}${critical ? " (critical)" : ""}: ${caseScores(result).join(", ")}`;
  return folded(
    `<code>${htmlText(summary)}</code>`,
    [
      ...why.map((text) => `- ${text}`),
      `Input: ${code(shortened(inlineOf(trial.input), mostOfText))}`,
      ...(trial.expected == null
        ? []
        : [`Expected: ${code(shortened(inlineOf(trial.expected), mostOfText))}`]),
      old === null ? fenced(answer, "") : fenced(diffLines(old, answer), "diff"),
    ].join("\n\n"),
  );
}

function folded(summary: string, body: string): string {
  return `<details><summary>${summary}</summary>\n\n${body}\n\n</details>`;
}

/**
 * Text within a sentence. Every mark that Markdown or HTML gives a meaning is escaped; what GitHub makes links of after that (mentions,
 * issues, addresses) is broken by a space of no width.
 */
export function prose(text: string): string {
  return oneLine(text)
    .replace(/[\\`*_{}[\]()#+\-!|<>&~@$^:]|(?<=^\d+)\./g, "\\$&")
    .replace(/\\[@#]|(?<!\d)\\:(?=\S)|www|(?<=GH|gh)\\-/g, "$&\u200b");
}

/** Text within a line, as code: nothing in it has a meaning but what ends it. */
export function code(text: string): string {
  const line = oneLine(text);
  const fence = "`".repeat(longestRun(line) + 1);
  return `${fence} ${line} ${fence}`;
}

function fenced(lines: readonly string[], language: string): string {
  const text = lines.join("\n");
  const fence = "`".repeat(Math.max(3, longestRun(text) + 1));
  return `${fence}${language}\n${text}\n${fence}`;
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}

/** Within an HTML block there is no Markdown, and within `<code>` nobody is mentioned. */
function htmlText(text: string): string {
  return oneLine(text).replace(/[&<>"']/g, (mark) => `&#${mark.charCodeAt(0)};`);
}
