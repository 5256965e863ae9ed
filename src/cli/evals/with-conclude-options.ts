import type { Command } from "commander";
import { withStoreOptions } from "../find-store.ts";

/** What a command may be told that judges runs. */
export function withConcludeOptions(command: Command): Command {
  command
    .optionsGroup("What becomes of it:")
    .option(
      "--baseline <which>",
      "compare with a file, a run, a commit, or `last`; default: what was accepted",
    )
    .option("--accept", "make it what later runs are compared with, whatever its gate says")
    .option("--json", "one JSON object a line for each suite")
    .option("--jsonl <file>", "write the rows: one of the run, one a trial")
    .option("--junit <file>", "write JUnit XML")
    .option("--markdown <file>", "write a comment for a pull request")
    .option("--html <file>", "write a page to look through, in one file")
    .optionsGroup("Options:");
  return withStoreOptions(command);
}
