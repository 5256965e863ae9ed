import { type Command, InvalidArgumentError } from "commander";
import { resolveConfig } from "../../config/resolve.ts";
import { ConfigError } from "../../errors.ts";
import { parseDuration } from "../../util/duration.ts";
import {
  type FoundStore,
  findStore,
  type StoreOptions,
  shortPath,
  withStoreOptions,
} from "../find-store.ts";
import { jsonLine } from "../output/clean.ts";
import { bytes, counted, moment } from "../output/format.ts";
import { note, print } from "../output/terminal.ts";
import type { Pruned } from "../prune-store.ts";

interface PruneOptions extends StoreOptions {
  readonly olderThan?: number;
  readonly dryRun?: true;
  readonly vacuum?: true;
  readonly json?: true;
}

const shortestMs = 3_600_000;

const examples = `
Calls go with the calls that were made for them, conversations when nothing was added to them for so
long, runs of agents that ended before; cached answers when their time is over, and paused runs that
nobody has resumed. It happens in small steps, so that apps may go on writing. The file keeps its
size, and new calls take the space. --vacuum gives it back to the disk. It writes the whole file
anew, for which it needs as much free space again, and holds up the writes of apps meanwhile: their
events wait in memory.

Examples:
  seam prune                           what is older than the \`retention\` of the config
  seam prune --older-than 30d --dry-run
  seam prune --older-than 90d --vacuum`;

export function addPrune(program: Command): void {
  const command = program
    .command("prune")
    .description("Remove old calls and conversations from the store.")
    .option("--older-than <age>", "that began so long ago, at least 1h: 12h, 30d", age)
    .option("--dry-run", "only say how many calls there are")
    .option("--vacuum", "also make the file smaller");
  withStoreOptions(command)
    .option("--json", "one JSON object: what went, and the file's size before and after")
    .addHelpText("after", examples)
    .action(prune);
}

function age(text: string): number {
  const ms = parseDuration(text);
  if (ms !== undefined && ms >= shortestMs) return ms;
  throw new InvalidArgumentError("Give a length of time of at least 1h, e.g. 12h or 30d.");
}

async function prune(options: PruneOptions): Promise<void> {
  const found = await findStore(options);
  const { dryRun = false, vacuum = false } = options;
  const cutoff = Date.now() - (options.olderThan ?? retentionOf(found));
  if (!options.json) note(`${shortPath(found.path)} (${found.from})`);
  const { pruneStore } = await import("../prune-store.ts");
  const pruned = await pruneStore(found.path, { cutoff, dryRun, vacuum });
  if (options.json) print(jsonLine({ before: new Date(cutoff).toISOString(), dryRun, ...pruned }));
  else tell(pruned, cutoff, options);
}

function retentionOf({ config, path }: FoundStore): number {
  const retentionMs = config !== undefined && resolveConfig(config).retentionMs;
  if (retentionMs !== false) return retentionMs;
  throw new ConfigError({
    summary: `Nothing says how long the calls in ${path} are to be kept`,
    advice: "Say it with --older-than, e.g. --older-than 30d, or set `retention` in the config.",
  });
}

function tell(pruned: Pruned, cutoff: number, { dryRun, vacuum }: PruneOptions): void {
  const { calls, answers, runs, conversations, bytesBefore, bytesAfter, isHeld } = pruned;
  const old = `${counted(calls, "call")} from before ${moment(cutoff)}`;
  if (dryRun) {
    print(`${old} would be removed; the store takes ${bytes(bytesBefore)}.`);
    return;
  }
  print(`${old} and ${counted(answers, "expired answer")} removed.`);
  if (runs > 0) print(`${counted(runs, "run")} that had waited for approval removed.`);
  if (conversations > 0) print(`${counted(conversations, "conversation")} removed.`);
  print(`The store took ${bytes(bytesBefore)}, and takes ${bytes(bytesAfter)} now.`);
  if (isHeld) note("Another program is reading it: it gets smaller when that one has read on.");
  else if (!vacuum && calls > 0) note("New calls take the space; --vacuum gives it to the disk.");
}
