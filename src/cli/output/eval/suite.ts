import type { MetricResult, SliceResult, SuiteResult } from "../../../evals/result/result.ts";
import { oneLine } from "../clean.ts";
import { type Column, renderTable } from "../table.ts";
import { paint, type Style } from "../terminal.ts";
import { worstCase } from "./case.ts";
import {
  about,
  baselineWords,
  costs,
  faults,
  type MetricWords,
  metricNotes,
  metricWords,
  outcome,
} from "./words.ts";

const outcomeStyles: Readonly<Record<ReturnType<typeof outcome>, Style>> = {
  passed: ["bold", "green"],
  failed: ["bold", "red"],
  undecided: ["bold", "yellow"],
};

/** A suite that was run, for the terminal: how it did, against its baseline, and where to look. */
export function renderSuite(result: SuiteResult): string {
  const { gate, baseline, metrics, slices, worst } = result;
  const state = outcome(result);
  const head = [
    `${paint("bold", oneLine(result.start.suite))}  ${paint(outcomeStyles[state], state.toUpperCase())}`,
    paint("dim", about(result).map(oneLine).join(" · ")),
    ...gate.failures.map((text) => `${paint("red", "✗")} ${oneLine(text)}`),
    ...gate.warnings.map((text) => `${paint("yellow", "!")} ${oneLine(text)}`),
    ...faults(result).map((text) => `${paint("yellow", "!")} ${oneLine(text)}`),
  ];
  const foot = [
    ...metrics.flatMap(metricNotes).map((text) => paint("dim", oneLine(text))),
    ...(baseline === null ? [] : [`Baseline: ${oneLine(baselineWords(baseline))}`]),
    paint("dim", costs(result).join(" · ")),
  ];
  const sections = [
    head.join("\n"),
    renderTable(columnsFor(metrics), metrics.map(metricWords)),
    foot.join("\n"),
    ...(slices.length === 0 ? [] : [sliceTable(slices)]),
    ...(worst.length === 0
      ? []
      : [[paint("bold", "Worst cases"), ...worst.map(worstCase)].join("\n")]),
  ];
  return sections.join("\n\n");
}

const scoreColumn: Column<MetricWords> = {
  title: "SCORE",
  align: "right",
  text: ({ score, raw }) => (raw === null ? score : `${score} (raw ${raw})`),
};

const columns: readonly Column<MetricWords>[] = [
  scoreColumn,
  { title: "95 %", dropOrder: 4, text: ({ interval }) => interval },
  { title: "CASES", align: "right", dropOrder: 2, text: ({ cases }) => cases },
];

const comparisonColumns: readonly Column<MetricWords>[] = [
  { title: "WAS", align: "right", dropOrder: 3, text: ({ baseline }) => baseline },
  { title: "CHANGE", align: "right", text: ({ difference }) => difference },
  { title: "95 %", dropOrder: 4, text: ({ differenceInterval }) => differenceInterval },
  { title: "P", align: "right", dropOrder: 1, text: ({ p }) => p },
  { title: "VERDICT", text: ({ verdict }) => paint(verdictStyle(verdict), verdict) },
];

/** Only what some metric has something to say about. */
function columnsFor(metrics: readonly MetricResult[]): Column<MetricWords>[] {
  const isCompared = metrics.some(({ comparison }) => comparison !== null);
  const hasTrials = metrics.some(({ passAtK }) => passAtK.length > 1);
  return [
    { title: "METRIC", text: ({ name }) => oneLine(name) },
    ...columns,
    ...(isCompared ? comparisonColumns : []),
    ...(hasTrials ? trialColumns : []),
  ];
}

const trialColumns: readonly Column<MetricWords>[] = [
  { title: "PASS@K", dropOrder: 0, text: ({ passAtK }) => passAtK ?? "" },
  { title: "PASS^K", dropOrder: 0, text: ({ passHatK }) => passHatK ?? "" },
];

function verdictStyle(verdict: string): Style {
  if (verdict === "regressed") return "red";
  if (verdict === "improved") return "green";
  return verdict === "underpowered" ? "yellow" : "dim";
}

interface SliceLine {
  readonly slice: string;
  readonly words: MetricWords;
}

function sliceTable(slices: readonly SliceResult[]): string {
  const lines = slices.flatMap(({ field, value, metrics }) =>
    metrics.map((metric) => ({ slice: `${field}: ${value}`, words: metricWords(metric) })),
  );
  const shown = columnsFor(slices.flatMap(({ metrics }) => metrics));
  return renderTable<SliceLine>(
    [
      { title: "SLICE", text: ({ slice }) => oneLine(slice) },
      ...shown.map(({ text, ...column }) => ({
        ...column,
        text: ({ words }: SliceLine) => text(words),
      })),
    ],
    lines,
  );
}
