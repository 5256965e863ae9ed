import { importFile } from "../../config/import-file.ts";
import { ConfigError } from "../../errors.ts";
import type { Eval } from "./define-eval.ts";
import { type Suite, suiteOf } from "./suite.ts";

/** A suite with the eval file that exports it. */
export interface LoadedSuite {
  readonly file: string;
  readonly suite: Suite;
}

/** Imports eval files, one after another, and checks all that they export. Names of suites are unique among them. */
export async function loadSuites(files: readonly string[]): Promise<LoadedSuite[]> {
  const loaded = new Map<string, LoadedSuite>();
  for (const file of files) {
    for (const suite of suitesIn(await importFile(file), file)) {
      const other = loaded.get(suite.name);
      if (other !== undefined) throw namedTwice(suite.name, other.file, file);
      loaded.set(suite.name, { file, suite });
    }
  }
  return [...loaded.values()];
}

function suitesIn(module: object, file: string): Suite[] {
  // One suite may be exported under two names, e.g. as the default, too.
  const found = [...new Set(Object.values(module).filter(isEval))];
  if (found.length > 0) return found.map(suiteOf);
  throw new ConfigError({
    summary: `${file} exports no suite`,
    advice:
      "Write `export const … = defineEval({ … })` in it, or give it a name that does not end in `.eval.ts`.",
  });
}

/** Made by any copy of this package. */
function isEval(value: unknown): value is Eval {
  return (
    typeof value === "object" && value !== null && "kind" in value && value.kind === "llm-seam/eval"
  );
}

function namedTwice(name: string, one: string, other: string): ConfigError {
  const where = one === other ? `in ${one}` : `in ${one} and ${other}`;
  return new ConfigError({
    summary: `There are two suites ${JSON.stringify(name)}: ${where}`,
    advice: "Give each suite a name of its own: its baseline and history are kept under it.",
  });
}
