import { readFileSync } from "node:fs";
import { Command } from "commander";
import { addAgent } from "./commands/agent.ts";
import { addApprovals } from "./commands/approvals.ts";
import { addCalls } from "./commands/calls.ts";
import { addConversations } from "./commands/conversations.ts";
import { addDoctor } from "./commands/doctor.ts";
import { addEval } from "./commands/eval.ts";
import { addExport } from "./commands/export.ts";
import { addInit } from "./commands/init.ts";
import { addPrompts } from "./commands/prompts.ts";
import { addPrune } from "./commands/prune.ts";
import { addSimulate } from "./commands/simulate.ts";
import { addStats } from "./commands/stats.ts";

/** The command line with all its commands. Building it does nothing else. */
export function buildProgram(): Command {
  const program = new Command("seam")
    .description(
      "See and check what passes through the seam between your features and their models.",
    )
    .version(versionOf(new URL("../../package.json", import.meta.url)))
    .enablePositionalOptions()
    .showHelpAfterError("Run it with --help to see how it is used.")
    .exitOverride()
    .addHelpText("after", exitCodeHelp);
  addCalls(program);
  addAgent(program);
  addApprovals(program);
  addConversations(program);
  addStats(program);
  addPrompts(program);
  addEval(program);
  addExport(program);
  addPrune(program);
  addSimulate(program);
  addInit(program);
  addDoctor(program);
  return program;
}

const exitCodeHelp = `
Exit codes:
  0  it did what was asked, and found nothing wrong
  1  it failed, or found something broken
  2  it was used wrongly: an unknown option, a value that cannot be read
Those of \`seam eval\` are in its help.`;

function versionOf(manifest: URL): string {
  const { version }: { version: string } = JSON.parse(readFileSync(manifest, "utf8"));
  return version;
}
