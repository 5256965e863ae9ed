import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Command } from "commander";
import { configNames } from "../../config/load.ts";
import { ConfigError } from "../../errors.ts";
import { shortPath } from "../find-store.ts";
import { paint, print } from "../output/terminal.ts";
import { type Choice, configText, ignoreText, taskText } from "../templates.ts";

interface InitOptions {
  readonly force?: true;
}

const examples = `
It writes seam.config.ts, a first task, and .seam/.gitignore, so that events are not committed.
The endings are .mts where package.json does not say "type": "module".

Examples:
  seam init
  seam init services/desk`;

/** Which model a new config names, by the key that is there; the first one without any key. */
const choices: readonly [Choice, ...Choice[]] = [
  {
    variable: "ANTHROPIC_API_KEY",
    model: "anthropic/claude-haiku-4-5",
    package: "@ai-sdk/anthropic",
  },
  { variable: "OPENAI_API_KEY", model: "openai/gpt-5-mini", package: "@ai-sdk/openai" },
];

export function addInit(program: Command): void {
  program
    .command("init")
    .description("Write a config and a first task to start from.")
    .argument("[folder]", "where", ".")
    .option("--force", "overwrite files that are there")
    .addHelpText("after", examples)
    .action(init);
}

function init(folder: string, { force }: InitOptions): void {
  const root = resolve(folder);
  const found = choices.find(({ variable }) => process.env[variable]?.trim());
  const choice = found ?? choices[0];
  const ending = isModule(root) ? "ts" : "mts";
  const files = {
    [`seam.config.${ending}`]: configText(choice),
    [`src/summarize.${ending}`]: taskText(ending),
  };
  if (!force) refuseToOverwrite(root, Object.keys(files));
  for (const [name, text] of Object.entries(files)) write(join(root, name), text);
  const ignore = join(root, ".seam/.gitignore");
  if (!existsSync(ignore)) write(ignore, ignoreText);
  print(nextSteps(choice, { root, ending, hasKey: found !== undefined }));
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  print(`${paint("green", "wrote")} ${shortPath(path)}`);
}

/** Another config beside the new one would be found first, or never: it counts as the same file. */
function refuseToOverwrite(root: string, names: readonly string[]): void {
  const taken = [...new Set([...names, ...configNames])].filter((name) =>
    existsSync(join(root, name)),
  );
  if (taken.length === 0) return;
  throw new ConfigError({
    summary: `There is already ${taken.join(" and ")} in ${root}`,
    advice: "Nothing was written. Choose another folder, or overwrite with --force.",
  });
}

function isModule(root: string): boolean {
  try {
    const manifest: { type?: unknown } = JSON.parse(
      readFileSync(join(root, "package.json"), "utf8"),
    );
    return manifest.type === "module";
  } catch {
    return false;
  }
}

interface Made {
  readonly root: string;
  readonly ending: string;
  readonly hasKey: boolean;
}

function nextSteps(choice: Choice, { root, ending, hasKey }: Made): string {
  const steps: [what: string, how: string][] = [
    ...(root === process.cwd() ? [] : [["go there", `cd ${shortPath(root)}`] as [string, string]]),
    ["install", `npm install llm-seam ${choice.package}`],
    ...(hasKey ? [] : [["set the key", `export ${choice.variable}=…`] as [string, string]]),
    ["check it", "npx seam doctor"],
    ["run it", `node src/summarize.${ending}`],
    ["see what happened", "npx seam calls"],
  ];
  const width = Math.max(...steps.map(([what]) => what.length));
  const lines = steps.map(([what, how]) => `  ${what.padEnd(width)}   ${how}`);
  const hint = hasKey
    ? `${choice.variable} is set, so the model is ${choice.model}.`
    : "Without a key: `npx seam simulate` in another terminal, and the two lines it says to export.";
  return ["", "Next:", "", ...lines, "", hint].join("\n");
}
