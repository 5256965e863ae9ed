import { assertionTypes } from "../scorers/assertion.ts";
import type { Notes } from "./notes.ts";

/** The columns of promptfoo's CSV files that are no variables. */
const own = /^__(?<name>expected|prefix|suffix|description|metric|threshold)(?<number>\d*)$/;
const metadata = /^__metadata:(?<key>.+?)(?<list>\[\])?$/s;
const settings = /^__config:__expected(?<number>\d*):threshold$/;

/** A test of promptfoo, as YAML would hold it, of a row of a CSV file. */
export function testOfCsv(
  row: Readonly<Record<string, string>>,
  place: string,
  notes: Notes,
): Readonly<Record<string, unknown>> {
  const vars: Record<string, string> = {};
  const test: Record<string, unknown> = {};
  const about: Record<string, unknown> = {};
  const options: Record<string, string> = {};
  const asserts: [number: number, assertion: Record<string, unknown>][] = [];
  const thresholds = new Map<number, number>();
  for (const [column, cell] of Object.entries(row)) {
    const { name, number = "" } = own.exec(column)?.groups ?? {};
    const { key, list } = metadata.exec(column)?.groups ?? {};
    const setting = settings.exec(column)?.groups;
    if (!column.startsWith("__")) vars[column] = cell;
    else if (cell.trim() === "") continue;
    else if (name === "expected") asserts.push([Number(number || "1"), assertionOfText(cell)]);
    else if (name === "prefix" || name === "suffix") options[name] = cell;
    else if (name === "metric" || name === "description") test[name] = cell;
    else if (name === "threshold") test[name] = Number(cell);
    else if (key !== undefined) about[key] = list === undefined ? cell : itemsOf(cell);
    else if (setting !== undefined) thresholds.set(Number(setting["number"] || "1"), Number(cell));
    else notes.add(place, `the column ${JSON.stringify(column)} is not carried over`);
  }
  const { metric, ...others } = test;
  const assert = asserts.map(([number, assertion]) => ({
    ...assertion,
    ...(thresholds.has(number) && { threshold: thresholds.get(number) }),
    ...(metric !== undefined && { metric }),
  }));
  return {
    ...others,
    vars,
    assert,
    metadata: about,
    ...(Object.keys(options).length > 0 && { options }),
  };
}

const shape =
  /^(?<not>not-)?(?<type>[a-z][a-z0-9-]*)(?:\((?<threshold>\d+(?:\.\d+)?)\))?(?::(?<value>[\s\S]*))?$/;

/** The assertion that one cell holds: `contains:Paris`, `similar(0.8):Paris`; else the text that is to be equal. */
function assertionOfText(text: string): Record<string, unknown> {
  const code = /^(?:javascript|fn|eval|python):/.exec(text)?.[0];
  if (code !== undefined)
    return { type: code === "python:" ? "python" : "javascript", value: text };
  if (text.startsWith("grade:")) return { type: "llm-rubric", value: text.slice(6) };
  const { not = "", type, threshold, value } = shape.exec(text)?.groups ?? {};
  if (type === undefined || !isType(type)) return { type: "equals", value: text };
  const least = threshold === undefined ? thresholds[type] : Number(threshold);
  return {
    type: `${not}${type}`,
    ...(value !== undefined && { value: valueInCell(type, value) }),
    ...(least !== undefined && { threshold: least }),
  };
}

/** What promptfoo takes in a cell, and only there, where no threshold is given. */
const thresholds: Readonly<Record<string, number>> = { levenshtein: 0.75, similar: 0.8 };

/** In a cell, quotes keep no commas together. */
function valueInCell(type: string, value: string): unknown {
  return /^i?contains-(?:any|all)$/.test(type) ? value.split(",").map((one) => one.trim()) : value;
}

/** Types that promptfoo knows and this import does not: they must not become a comparison of texts. */
const others =
  /^(?:llm-rubric|javascript|python|ruby|webhook|classifier|factuality|g-eval|gleu|meteor|moderation|perplexity(?:-score)?|pi|guardrails|finish-reason|is-(?:sql|xml|html|valid-.*)|contains-(?:sql|xml|html)|answer-relevance|context-.*|conversation-relevance|model-graded-.*|search-rubric|f-score|human|select-best|max-score|trace-.*)$/;

function isType(type: string): boolean {
  return assertionTypes.includes(type) || others.test(type);
}

function itemsOf(cell: string): string[] {
  return cell
    .split(/(?<!\\),/)
    .map((item) => item.replaceAll("\\,", ",").trim())
    .filter((item) => item !== "");
}
