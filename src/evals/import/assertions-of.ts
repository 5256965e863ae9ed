import { isRecord } from "../../patterns/extract/shape.ts";
import { assertionTypes, checkAssertion } from "../scorers/assertion.ts";
import type { CaseAssertion } from "../scorers/assertions.ts";
import { endingOf, type Files, isFileReference, parsedYaml } from "./files.ts";
import { filledIn, type Vars } from "./fill-in.ts";
import { type Notes, noteOthers } from "./notes.ts";

/** What is known where an assertion is read. */
export interface AssertionContext {
  readonly vars: Vars;
  readonly notes: Notes;
  readonly files: Files;
}

/** The assertions of a test: those that a scorer checks, and rubrics for a judge. */
export interface ReadAssertions {
  readonly assert: readonly CaseAssertion[];
  readonly rubrics: readonly string[];
}

/** Reads assertions; what cannot be carried over is noted, with its place. */
export function assertionsOf(
  given: unknown,
  place: string,
  context: AssertionContext,
): ReadAssertions {
  const assert: CaseAssertion[] = [];
  const rubrics: string[] = [];
  if (given === undefined || given === null) return { assert, rubrics };
  if (!Array.isArray(given)) {
    context.notes.add(place, "`assert` is no list, and is not carried over");
    return { assert, rubrics };
  }
  for (const [index, one] of given.entries()) {
    const where = `${place}, assertion ${index + 1}`;
    try {
      const read = assertionOf(one, where, context);
      if (typeof read === "string") rubrics.push(read);
      else assert.push(read);
    } catch (cause) {
      context.notes.add(where, `${nameOf(one)} is not carried over: ${messageOf(cause)}`);
    }
  }
  return { assert, rubrics };
}

const members = ["type", "value", "threshold", "weight", "metric", "assert"];

/** An assertion, or the rubric of one for a judge. */
function assertionOf(
  given: unknown,
  place: string,
  context: AssertionContext,
): CaseAssertion | string {
  if (!isRecord(given) || typeof given["type"] !== "string") throw new Error("it has no type");
  for (const key of ["transform", "contextTransform"]) {
    if (given[key] !== undefined) throw new Error(`its \`${key}\` is code`);
  }
  noteOthers(context.notes, place, given, members);
  const { type, weight, metric, threshold } = given;
  const common = {
    ...numberOf("weight", weight),
    ...metricOf(metric, context),
    ...numberOf("threshold", threshold),
  };
  if (type === "assert-set") return { ...common, type, assert: setOf(given, place, context) };
  const name = type.replace(/^not-/, "");
  const isNot = name !== type;
  if (name === "llm-rubric") return rubricOf(given, isNot, place, context);
  const base = name === "similar:cosine" ? "similar" : name;
  if (!assertionTypes.includes(base)) throw new Error(whyNot(base));
  const value = valueFor(base, filled(fromFile(given["value"], context), context));
  const assertion = {
    ...common,
    type: isNot ? `not-${base}` : base,
    ...(value !== undefined && { value }),
  };
  checkAssertion(assertion);
  const change = changes[base];
  if (change !== undefined) context.notes.add(base, change);
  return assertion;
}

/** What is checked, but not to the letter as promptfoo does. */
const changes: Readonly<Record<string, string>> = {
  "is-refusal": "refusals are told by Seam's own list of phrases, `refusalPhrases`",
  latency: "it does not apply to trials in which a cached answer took part",
  "rouge-n": "words are cut as Google's rouge-score does",
  bleu: "scores are those of sacreBLEU, which cuts words and smooths in its own way",
  similar: "it applies once `assertions()` is given an embedder: `assertions({ embed })`",
};

function setOf(
  given: Readonly<Record<string, unknown>>,
  place: string,
  context: AssertionContext,
): readonly CaseAssertion[] {
  const { assert, rubrics } = assertionsOf(given["assert"], place, context);
  if (rubrics.length > 0) {
    context.notes.add(place, "llm-rubric within assert-set is not carried over");
  }
  if (assert.length === 0) throw new Error("nothing in it could be");
  return assert.map(({ metric, ...one }) => {
    if (metric !== undefined) {
      context.notes.add(
        place,
        `the metric ${JSON.stringify(metric)} within assert-set is not carried over`,
      );
    }
    return one;
  });
}

function rubricOf(
  given: Readonly<Record<string, unknown>>,
  isNot: boolean,
  place: string,
  context: AssertionContext,
): string {
  const rubric = filled(fromFile(given["value"], context), context);
  if (typeof rubric !== "string" || rubric.trim() === "") throw new Error("its rubric is no text");
  for (const key of ["threshold", "weight", "metric"]) {
    if (given[key] === undefined) continue;
    context.notes.add(place, `${JSON.stringify(key)} of llm-rubric is not carried over`);
  }
  context.notes.add("llm-rubric", "it is judged as pass or fail, by the judge of the suite");
  return isNot ? `It must not be so that: ${rubric}` : rubric;
}

/** A list in one text stands between commas, where a list is expected; a text in quotes may hold some. */
function valueFor(type: string, value: unknown): unknown {
  if (typeof value !== "string") return value;
  if (/^i?contains-(?:any|all)$/.test(type) || type === "tool-call-f1") {
    const items = value.match(/(?:"[^"]*"|[^,]+)(?=\s*,|\s*$)/g) ?? [];
    return items.map((one) => one.trim().replace(/^"|"$/g, ""));
  }
  return type === "is-json" || type === "contains-json" ? schemaOf(value) : value;
}

function schemaOf(value: string): unknown {
  return value.trim() === "" ? undefined : parsedYaml(value);
}

const scripts = [".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".py", ".rb"];

function fromFile(value: unknown, { files }: AssertionContext): unknown {
  if (!isFileReference(value)) return value;
  const ending = endingOf(value);
  if (scripts.includes(ending)) throw new Error("its value is code");
  return [".json", ".yaml", ".yml"].includes(ending)
    ? files.value(value)
    : files.text(value).trim();
}

function filled(value: unknown, { vars }: AssertionContext): unknown {
  return filledIn(value, vars, (mark) => {
    throw new Error(`${mark} is more than a variable`);
  });
}

function metricOf(metric: unknown, context: AssertionContext): { metric?: string } {
  if (metric === undefined || metric === null) return {};
  if (typeof metric === "string") return { metric: String(filled(metric, context)) };
  throw new Error("its `metric` is no text");
}

function numberOf(key: "weight" | "threshold", value: unknown): Record<string, number> {
  if (value === undefined || value === null) return {};
  if (typeof value === "number" && value >= 0) return { [key]: value };
  throw new Error(`its \`${key}\` must be a number of 0 or more`);
}

const codeTypes = ["javascript", "python", "ruby", "webhook"];
const gradedTypes =
  /^(?:model-graded|g-eval$|factuality$|answer-|context-|conversation-|classifier$|moderation$|pi$|select-best$|max-score$|search-rubric$|agent-rubric$|trajectory:goal)/;

function whyNot(type: string): string {
  if (codeTypes.includes(type)) return "code is not; write it as a scorer of your own";
  return gradedTypes.test(type)
    ? "a model of promptfoo's grades it; write a `judge` instead"
    : "there is no such scorer here";
}

function nameOf(assertion: unknown): string {
  const type = isRecord(assertion) ? assertion["type"] : undefined;
  return typeof type === "string" ? type : "what has no type";
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
