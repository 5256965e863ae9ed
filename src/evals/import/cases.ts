import { isRecord } from "../../patterns/extract/shape.ts";
import type { Asserted } from "../scorers/assertions.ts";
import { type CaseRow, caseOf } from "../suite/case.ts";
import { assertionsOf } from "./assertions-of.ts";
import { endingOf, type Files, isFileReference } from "./files.ts";
import { filledIn, type PromptVariable, type Vars } from "./fill-in.ts";
import { type Notes, noteOthers } from "./notes.ts";
import type { PlacedTest } from "./tests.ts";

/** What a case of an imported suite expects: assertions, and a rubric for the judge. */
export interface ImportedExpected extends Asserted {
  readonly rubric?: string | undefined;
}

export type ImportedCase = CaseRow<Vars, ImportedExpected>;

interface CaseContext {
  readonly notes: Notes;
  readonly files: Files;
  readonly defaults: PlacedTest | undefined;
}

const members = ["vars", "assert", "description", "metadata", "threshold"];

/** The most cases that lists of values may make of one test. */
const mostOfOne = 10_000;

/** The cases of a test: one for each combination of its variables' values. */
export function casesOf(
  { test, place }: PlacedTest,
  { notes, files, defaults }: CaseContext,
): ImportedCase[] {
  noteOthers(notes, place, test, members);
  const base = defaults?.test ?? {};
  noteUnread(notes, "defaultTest", base);
  noteUnread(notes, place, test);
  const given = { ...recordOf(base["vars"]), ...recordOf(test["vars"]) };
  const read = readVars(given, place, { notes, files });
  return combinations(read, place, notes).map((vars) => {
    const own = { vars, notes, files };
    const lists = [
      assertionsOf(base["assert"], "defaultTest", own),
      assertionsOf(test["assert"], place, own),
    ];
    const rubrics = lists.flatMap((list) => list.rubrics);
    const assert = lists.flatMap((list) => list.assert);
    const threshold = test["threshold"] ?? base["threshold"];
    const expected: ImportedExpected = {
      assert,
      ...(isNumber(threshold) && { threshold }),
      ...(rubrics.length > 0 && { rubric: rubricOf(rubrics) }),
    };
    const { description } = test;
    return {
      input: vars,
      ...((assert.length > 0 || rubrics.length > 0) && { expected }),
      metadata: {
        ...recordOf(base["metadata"]),
        ...recordOf(test["metadata"]),
        ...(isString(description) && { description }),
      },
    };
  });
}

/** Members that an import reads, and that hold something else than it reads. */
function noteUnread(notes: Notes, place: string, test: PlacedTest["test"]): void {
  const is = { vars: isRecord, metadata: isRecord, threshold: isNumber, description: isString };
  for (const [name, isRead] of Object.entries(is)) {
    const value = test[name];
    if (value === undefined || value === null || isRead(value)) continue;
    notes.add(place, `${JSON.stringify(name)} is not carried over: ${JSON.stringify(value)}`);
  }
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function isString(value: unknown): value is string {
  return typeof value === "string";
}

/** Cases with ids that stay, whatever stands around them; the same input a second time is told apart by a number. */
export function withIds(cases: readonly ImportedCase[]): ImportedCase[] {
  const seen = new Map<string, number>();
  return cases.map((one) => {
    const { id } = caseOf(one);
    const nth = (seen.get(id) ?? 0) + 1;
    seen.set(id, nth);
    return { id: nth === 1 ? id : `${id}-${nth}`, ...one };
  });
}

function rubricOf(rubrics: readonly string[]): string {
  if (rubrics.length === 1) return rubrics.join("");
  const lines = rubrics.map((rubric, index) => `${index + 1}. ${rubric}`);
  return ["All of these must hold:", ...lines].join("\n");
}

type Choices = Readonly<Record<string, readonly PromptVariable[]>>;

/** The values of each variable: of files, in JSON where they are objects, several where they are lists. */
function readVars(
  given: Readonly<Record<string, unknown>>,
  place: string,
  { notes, files }: { readonly notes: Notes; readonly files: Files },
): Choices {
  const choices: Record<string, readonly PromptVariable[]> = {};
  for (const [name, value] of Object.entries(given)) {
    try {
      const read = isFileReference(value) ? readFile(value, files) : value;
      choices[name] = (Array.isArray(read) ? read : [read]).map(variableOf);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      notes.add(place, `the variable ${JSON.stringify(name)} is not carried over: ${why}`);
    }
  }
  return choices;
}

function readFile(name: string, files: Files): unknown {
  const ending = endingOf(name);
  if ([".json", ".yaml", ".yml"].includes(ending)) return JSON.stringify(files.value(name));
  if ([".txt", ".md", ".csv", ".html", ".xml", ""].includes(ending)) return files.text(name).trim();
  throw new Error(`${name} is no text`);
}

function variableOf(value: unknown): PromptVariable {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
    return value;
  }
  return value === undefined || value === null ? "" : JSON.stringify(value);
}

function combinations(choices: Choices, place: string, notes: Notes): Vars[] {
  const count = Object.values(choices).reduce((product, { length }) => product * length, 1);
  if (count > mostOfOne) {
    notes.add(place, `its lists of variables make ${count} cases, and it is not carried over`);
    return [];
  }
  let all: Record<string, PromptVariable>[] = [{}];
  for (const [name, values] of Object.entries(choices)) {
    all = all.flatMap((vars) => values.map((value) => ({ ...vars, [name]: value })));
  }
  return all.map((vars) => filledVars(vars, place, notes));
}

/** Variables may hold other ones. */
function filledVars(vars: Vars, place: string, notes: Notes): Vars {
  const refused = (mark: string): void =>
    notes.add(place, `${mark} in its variables is kept as it is: it is more than a variable`);
  return filledIn(vars, vars, refused) as Vars;
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {};
}
