import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import type { Command } from "commander";
import { findConfig } from "../../../config/load.ts";
import { ConfigError } from "../../../errors.ts";
import type { ImportedSuite } from "../../../evals/import/promptfoo.ts";
import { exitCodes } from "../../exit-codes.ts";
import { shortPath } from "../../find-store.ts";
import { oneLine } from "../../output/clean.ts";
import { counted } from "../../output/format.ts";
import { note, paint, print } from "../../output/terminal.ts";

interface ImportOptions {
  readonly out: string;
  readonly name?: string;
  readonly task?: string;
  readonly judgeTask: string;
  readonly config?: string;
  readonly force?: true;
  readonly strict?: true;
}

const examples = `
It writes NAME.eval.ts and NAME.cases.jsonl. Its assertions become scorers, llm-rubric a judge, its
prompts templates that are sent to a task of the config: providers are the config's business. What
cannot be carried over is listed here and at the top of the eval file. Nothing of it is run, and no
file outside of the project is read.

Examples:
  seam eval import promptfooconfig.yaml --out evals --task answer-question
  seam eval import tests.csv --name capitals
  seam eval import promptfooconfig.yaml --strict`;

export function addEvalImport(evals: Command): void {
  evals
    .command("import")
    .description("Make a suite of a promptfoo config, or of a CSV file of its tests.")
    .argument("<file>", "YAML, JSON or CSV")
    .option("--out <folder>", "where to write", ".")
    .option("--name <name>", "of the suite and its files; default: the file's own")
    .option("--task <task>", "the task that its prompts are sent to; default: the name")
    .option("--judge-task <task>", "the task of the judge", "judge")
    .option("--config <file>", "the seam's config; default: the nearest seam.config.ts")
    .option("--force", "overwrite files that are there")
    .option("--strict", "end with 1 where something could not be carried over")
    .addHelpText("after", examples)
    .action(importSuite);
}

async function importSuite(file: string, options: ImportOptions): Promise<void> {
  const path = resolve(file);
  const name = options.name ?? nameOf(path);
  checkName(name);
  const folder = resolve(options.out);
  const { importPromptfoo } = await import("../../../evals/import/promptfoo.ts");
  const { casesFile, suiteFile } = await import("../../../evals/import/write-suite.ts");
  const suite = await importPromptfoo(path, process.cwd());
  const { task = name, judgeTask } = options;
  const config = configFrom(folder, options.config);
  const files = {
    [join(folder, `${name}.cases.jsonl`)]: casesFile(suite),
    [join(folder, `${name}.eval.ts`)]: suiteFile(suite, { name, task, judgeTask, config }),
  };
  if (!options.force) refuseToOverwrite(Object.keys(files));
  mkdirSync(folder, { recursive: true });
  for (const [target, text] of Object.entries(files)) {
    writeFileSync(target, text);
    print(`${paint("green", "wrote")} ${shortPath(target)}`);
  }
  report(suite);
  const left = suite.notes.length;
  if (options.strict === true && left > 0) process.exitCode = exitCodes.failed;
}

function report({ cases, prompts, notes }: ImportedSuite): void {
  print(`${counted(cases.length, "case")}, ${counted(prompts.length, "prompt")}`);
  if (notes.length === 0) return;
  note(`\nNot carried over, or not to the letter:`);
  for (const { place, text } of notes) note(`  ${oneLine(place)}: ${oneLine(text)}`);
}

/** `promptfooconfig.yaml` says nothing of the suite; its folder may. */
function nameOf(path: string): string {
  const own = basename(path).replace(/\.[^.]*$/, "");
  const said = own === "promptfooconfig" ? basename(dirname(path)) : own;
  const name = said
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
  return name === "" ? "imported" : name;
}

function checkName(name: string): void {
  if (/^[A-Za-z0-9][\w.-]{0,99}$/.test(name)) return;
  throw new ConfigError({
    summary: `${JSON.stringify(name)} cannot be the name of a suite and its files`,
    advice: "Use letters, digits, dots, hyphens and underscores: --name support-answers",
  });
}

function configFrom(folder: string, given: string | undefined): string {
  const file = given ?? findConfig(process.cwd()) ?? "seam.config.ts";
  const path = relative(folder, resolve(file)).split(sep).join("/");
  return path.startsWith(".") ? path : `./${path}`;
}

function refuseToOverwrite(paths: readonly string[]): void {
  const taken = paths.filter((path) => existsSync(path)).map(shortPath);
  if (taken.length === 0) return;
  throw new ConfigError({
    summary: `There is already ${taken.join(" and ")}`,
    advice: "Nothing was written. Choose another --name or --out, or overwrite with --force.",
  });
}
