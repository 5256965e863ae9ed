import type { Command } from "commander";
import { leaveWith } from "../../evals/leave.ts";
import type { ConcludeOptions } from "../../evals/options.ts";
import { withConcludeOptions } from "../../evals/with-conclude-options.ts";

const examples = `
The files are those that \`seam eval --shard i/n --jsonl FILE\` has written, of the same commit. Its
gates, reports, history and exit codes are those of one run.

Examples:
  seam eval merge shard-1.jsonl shard-2.jsonl
  seam eval merge shards/*.jsonl --markdown comment.md`;

export function addEvalMerge(evals: Command): void {
  const command = evals
    .command("merge")
    .description("Judge a run that was made in shards, as one.")
    .argument("<files...>", "the files of all shards");
  withConcludeOptions(command).addHelpText("after", examples).action(merge);
}

async function merge(files: readonly string[], options: ConcludeOptions): Promise<void> {
  await leaveWith(options, async (signal) => {
    const { mergeShards } = await import("../../evals/merge-shards.ts");
    return await mergeShards(files, options, signal);
  });
}
