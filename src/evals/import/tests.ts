import { isRecord } from "../../patterns/extract/shape.ts";
import { csvRecords } from "../data/csv.ts";
import { jsonRecords } from "../data/jsonl.ts";
import { testOfCsv } from "./csv-tests.ts";
import { endingOf, type Files } from "./files.ts";
import { type Notes, noteOthers } from "./notes.ts";

/** A test, and where it stands, for people. */
export interface PlacedTest {
  readonly test: Readonly<Record<string, unknown>>;
  readonly place: string;
}

export interface TestContext {
  readonly notes: Notes;
  readonly files: Files;
  /** The name of the file that the tests stand in, for people. */
  readonly name: string;
}

/** The tests of a config or of one of its files, in their order. */
export async function testsOf(given: unknown, context: TestContext): Promise<PlacedTest[]> {
  const { name, notes } = context;
  if (given === undefined || given === null) return [];
  if (typeof given === "string") return testsOfFile(given, context);
  if (!Array.isArray(given)) {
    notes.add(name, "`tests` is no list, and is not carried over");
    return [];
  }
  const tests: PlacedTest[] = [];
  for (const [index, test] of given.entries()) {
    const place = `${name}, test ${index + 1}`;
    if (typeof test === "string") tests.push(...(await testsOfFile(test, context)));
    else if (isRecord(test) && typeof test["path"] === "string") {
      noteOthers(notes, place, test, ["path"]);
      tests.push(...(await testsOfFile(test["path"], context)));
    } else if (isRecord(test)) tests.push({ test, place });
    else notes.add(place, "it is no object, and is not carried over");
  }
  return tests;
}

async function testsOfFile(given: string, context: TestContext): Promise<PlacedTest[]> {
  const { files, notes, name: place } = context;
  const name = given.replace(/^file:\/\//, "");
  try {
    const ending = endingOf(given);
    if (/^[a-z]+:\/\//i.test(name)) throw new Error("it is no file");
    if (/[*?[\]{}]/.test(name)) throw new Error("name each file of a pattern");
    if (ending === ".csv") return await testsOfCsv(files.path(given), name, notes);
    if (ending === ".jsonl") return await testsOfJsonl(files.path(given), name);
    if ([".yaml", ".yml", ".json"].includes(ending)) {
      const value = files.value(given);
      return await testsOf(isRecord(value) ? [value] : value, { ...context, name });
    }
    throw new Error("tests are read of CSV, JSONL, YAML and JSON");
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    notes.add(place, `the tests of ${JSON.stringify(name)} are not carried over: ${why}`);
    return [];
  }
}

async function testsOfCsv(path: string, name: string, notes: Notes): Promise<PlacedTest[]> {
  const tests: PlacedTest[] = [];
  for await (const { line, record } of csvRecords(path)) {
    const place = `${name}, line ${line}`;
    tests.push({ test: testOfCsv(record, place, notes), place });
  }
  return tests;
}

async function testsOfJsonl(path: string, name: string): Promise<PlacedTest[]> {
  const tests: PlacedTest[] = [];
  for await (const { line, record } of jsonRecords(path)) {
    if (!isRecord(record)) throw new Error(`line ${line} is no object`);
    tests.push({ test: record, place: `${name}, line ${line}` });
  }
  return tests;
}

/** Each set of data of a scenario with each of its tests. */
export async function testsOfScenarios(
  given: unknown,
  context: TestContext,
): Promise<PlacedTest[]> {
  const { name, notes } = context;
  if (given === undefined) return [];
  const tests: PlacedTest[] = [];
  for (const [index, scenario] of (Array.isArray(given) ? given : [given]).entries()) {
    const place = `${name}, scenario ${index + 1}`;
    const { config, tests: own, ...others } = isRecord(scenario) ? scenario : {};
    if (!Array.isArray(config) || !config.every(isRecord)) {
      notes.add(place, "it is not carried over: its `config` is no list of sets of variables");
      continue;
    }
    noteOthers(notes, place, others, []);
    const inner = await testsOf(own, { ...context, name: place });
    for (const [nth, set] of config.entries()) {
      tests.push(...inner.map((test) => merged(set, test, `${test.place}, data ${nth + 1}`)));
    }
  }
  return tests;
}

function merged(
  set: Readonly<Record<string, unknown>>,
  { test }: PlacedTest,
  place: string,
): PlacedTest {
  const vars = bothOf(set["vars"], test["vars"]);
  const metadata = bothOf(set["metadata"], test["metadata"]);
  return { test: { ...set, ...test, vars, metadata }, place };
}

/** What is no object stays as it is: it is said to be unread later. */
function bothOf(some: unknown, others: unknown): unknown {
  return [some, others].every((one) => one === undefined || isRecord(one))
    ? { ...(some as object), ...(others as object) }
    : (others ?? some);
}
