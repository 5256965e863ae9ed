import { SeamError } from "../../call/seam-error.ts";
import { importFile } from "../../config/import-file.ts";
import { ConfigError } from "../../errors.ts";
import type { Eval } from "./define-eval.ts";
import { type Suite, suiteOf } from "./suite.ts";

/** A suite with the eval file that exports it. */
export interface LoadedSuite {
  readonly file: string;
  readonly suite: Suite;
}

/**
 * Imports eval files, one after another, and checks all that they export. Names of suites are unique among them.
 *
 * @param onFault is told of a file that cannot be imported and of a suite that is wrong, and the others are loaded; without
 * it, the first such error is thrown
 */
export async function loadSuites(
  files: readonly string[],
  onFault: (error: SeamError) => void = rethrow,
): Promise<LoadedSuite[]> {
  const loaded = new Map<string, LoadedSuite>();
  const attempt = async (work: () => void | Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (!SeamError.is(error)) throw error;
      onFault(error);
    }
  };
  for (const file of files) {
    await attempt(async () => {
      for (const declared of suitesIn(await importFile(file), file)) {
        await attempt(() => {
          const suite = suiteOf(declared);
          const other = loaded.get(suite.name);
          if (other !== undefined) throw namedTwice(suite.name, other.file, file);
          loaded.set(suite.name, { file, suite });
        });
      }
    });
  }
  return [...loaded.values()];
}

function rethrow(error: SeamError): never {
  throw error;
}

function suitesIn(module: object, file: string): Eval[] {
  // One suite may be exported under two names, e.g. as the default, too.
  const found = [...new Set(Object.values(module).filter(isEval))];
  if (found.length > 0) return found;
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
