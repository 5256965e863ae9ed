import { basename } from "node:path";
import { ConfigError } from "../../errors.ts";
import { isRecord } from "../../patterns/extract/shape.ts";
import { casesOf, type ImportedCase, withIds } from "./cases.ts";
import { endingOf, type Files, filesOf } from "./files.ts";
import { type ImportNote, newNotes, noteOthers } from "./notes.ts";
import { type ImportedPrompt, promptsOf } from "./prompts.ts";
import { type PlacedTest, type TestContext, testsOf, testsOfScenarios } from "./tests.ts";

/** A promptfoo config as a suite of Seam: what it says, and what could not be carried over. */
export interface ImportedSuite {
  /** The name of the config's file, for people. */
  readonly source: string;
  readonly description: string | undefined;
  readonly prompts: readonly ImportedPrompt[];
  readonly cases: readonly ImportedCase[];
  readonly trials: number | undefined;
  readonly concurrency: number | undefined;
  readonly notes: readonly ImportNote[];
}

const members = [
  "$schema",
  "description",
  "prompts",
  "tests",
  "scenarios",
  "defaultTest",
  "evaluateOptions",
  "assertionTemplates",
];

/**
 * Reads a promptfoo config (YAML or JSON), or a CSV file of its tests. Nothing of it is run, and only files of its folder or
 * of the project are read.
 *
 * @throws ConfigError when the file cannot be read, or holds no config
 */
export async function importPromptfoo(path: string, project: string): Promise<ImportedSuite> {
  const source = basename(path);
  const notes = newNotes();
  const { files, config } = opened(path, project);
  const about = { notes, files, name: source };
  noteOthers(notes, source, config, members);
  const [defaultTest] = await defaultsOf(config["defaultTest"], about);
  if (defaultTest !== undefined) {
    noteOthers(notes, "defaultTest", defaultTest.test, ["vars", "assert", "metadata", "threshold"]);
  }
  const tests = [
    ...(await testsOf(config["tests"], about)),
    ...(await testsOfScenarios(config["scenarios"], about)),
  ];
  const cases = tests.flatMap((test) => casesOf(test, { notes, files, defaults: defaultTest }));
  const { trials, concurrency, ...others } = settingsOf(config["evaluateOptions"]);
  noteOthers(notes, `${source}, evaluateOptions`, others, []);
  const prompts = promptsOf(config["prompts"], about);
  if (cases.length === 0) notes.add(source, "no test could be carried over");
  else if (cases.every(({ expected }) => expected === undefined)) {
    notes.add(source, "no assertion could be carried over: write a scorer");
  }
  return {
    source,
    description: typeof config["description"] === "string" ? config["description"] : undefined,
    prompts,
    cases: withIds(cases),
    trials,
    concurrency,
    notes: notes.all,
  };
}

interface Opened {
  readonly files: Files;
  readonly config: Readonly<Record<string, unknown>>;
}

function opened(path: string, project: string): Opened {
  try {
    const files = filesOf(path, project);
    if (endingOf(path) === ".csv") return { files, config: { tests: basename(path) } };
    const config = files.value(path);
    if (!isRecord(config)) throw new Error("it holds no object");
    return { files, config: resolved(config, config) as Opened["config"] };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ConfigError(
      {
        summary: `${path} cannot be imported: ${why}`,
        advice: "Name a promptfoo config in YAML or JSON, or a CSV file of its tests.",
      },
      { cause },
    );
  }
}

/** References to templates of the config, `$ref: "#/assertionTemplates/polite"`; templates name no others. */
function resolved(value: unknown, root: unknown): unknown {
  if (Array.isArray(value)) return value.map((one) => resolved(one, root));
  if (!isRecord(value)) return value;
  const { $ref, ...others } = value;
  if (typeof $ref === "string" && $ref.startsWith("#/assertionTemplates/")) {
    const target = $ref.slice(2).split("/").reduce(memberOf, root);
    return { ...(isRecord(target) && target), ...others };
  }
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, resolved(one, root)]));
}

function memberOf(value: unknown, key: string): unknown {
  return isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

function defaultsOf(given: unknown, about: TestContext): Promise<PlacedTest[]> | PlacedTest[] {
  if (typeof given === "string") return testsOf([given], about);
  if (isRecord(given)) return [{ test: given, place: "defaultTest" }];
  if (given !== undefined && given !== null) {
    about.notes.add(about.name, "`defaultTest` is no object, and is not carried over");
  }
  return [];
}

interface ImportedSettings {
  readonly trials?: number;
  readonly concurrency?: number;
  readonly [other: string]: unknown;
}

/** What a suite has a setting for goes by its name; all else by promptfoo's. */
function settingsOf(given: unknown): ImportedSettings {
  const { repeat, maxConcurrency, ...others } = isRecord(given) ? given : {};
  return {
    ...others,
    ...(isWhole(repeat, 100) ? { trials: repeat } : repeat !== undefined && { repeat }),
    ...(isWhole(maxConcurrency, 1_000)
      ? { concurrency: maxConcurrency }
      : maxConcurrency !== undefined && { maxConcurrency }),
  };
}

function isWhole(value: unknown, most: number): value is number {
  return typeof value === "number" && Number.isInteger(value) && value > 0 && value <= most;
}
