import type { Command } from "commander";
import { addEvalAdd } from "./eval/add.ts";
import { addEvalHistory } from "./eval/history.ts";
import { addEvalImport } from "./eval/import.ts";
import { addEvalLabel } from "./eval/label.ts";
import { addEvalSample } from "./eval/sample.ts";

/** `seam eval` runs suites; its subcommands make their data, calibrate their judges, and show what they were like. */
export function addEval(program: Command): void {
  const command = program
    .command("eval")
    .description("Run the suites of *.eval.ts files, and say whether they got worse.")
    .enablePositionalOptions()
    .addHelpText("after", "\nExamples:\n  seam eval");
  addEvalAdd(command);
  addEvalSample(command);
  addEvalLabel(command);
  addEvalHistory(command);
  addEvalImport(command);
}
