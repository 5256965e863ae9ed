import type { Command } from "commander";
import { ConfigError } from "../../../errors.ts";
import { wholeNumber } from "../../filters.ts";
import { findStore, type StoreOptions, shortPath, withStoreOptions } from "../../find-store.ts";
import type { OpenEvalHistory } from "../../open-eval-history.ts";
import { jsonLine, oneLine } from "../../output/clean.ts";
import { renderHistory } from "../../output/eval/history.ts";
import { counted } from "../../output/format.ts";
import { note, print } from "../../output/terminal.ts";

interface HistoryOptions extends StoreOptions {
  readonly metric?: string;
  readonly branch?: string;
  readonly last?: number;
  readonly json?: true;
}

const defaultLast = 30;

const examples = `
Each line is a run: its mean (o) within its confidence interval, over the cases (n). An asterisk
marks a commit whose working tree had changes. Runs are kept for as long as the store is: \`seam
prune\` leaves them.

Examples:
  seam eval history tickets
  seam eval history tickets --metric tone --branch main
  seam eval history tickets --json | jq '{commit, mean: .metrics.exact.mean}'`;

export function addEvalHistory(evals: Command): void {
  const command = evals
    .command("history")
    .description("Show what the runs of a suite came to, and draw one of their metrics.")
    .argument("<suite>", "the name of the suite")
    .option("--metric <name>", "the metric to draw; default: the suite's first")
    .option("--branch <name>", "runs of this branch alone")
    .option(
      "--last <count>",
      `at most so many, the newest; default: ${defaultLast}`,
      wholeNumber(1, 100_000),
    );
  withStoreOptions(command)
    .option("--json", "one JSON object a line")
    .addHelpText("after", examples)
    .action(history);
}

async function history(suite: string, options: HistoryOptions): Promise<void> {
  const { branch, last = defaultLast, json } = options;
  const { path, from } = await findStore(options);
  const { openEvalHistory } = await import("../../open-eval-history.ts");
  using reader = openEvalHistory(path);
  if (!json) note(`${shortPath(path)} (${from})`);
  const runs = await reader.list(suite, { branch, last });
  if (runs.length === 0) throw await noRuns(reader, suite, branch);
  const metrics = [...new Set(runs.toReversed().flatMap((run) => Object.keys(run.metrics)))];
  const metric = chosen(metrics, options.metric);
  if (json) {
    for (const run of runs) print(jsonLine(run));
    return;
  }
  print(renderHistory(runs, metric));
  const others = metrics.filter((name) => name !== metric).map(oneLine);
  note(
    `${counted(runs.length, "run")} of ${oneLine(suite)}, drawn by ${oneLine(metric)}${others.length === 0 ? "." : `; other metrics: ${others.join(", ")}.`}`,
  );
}

function chosen(metrics: readonly string[], wanted: string | undefined): string {
  const metric = wanted ?? metrics[0];
  if (metric === undefined) return "";
  if (metrics.includes(metric)) return metric;
  throw new ConfigError({
    summary: `No run of the suite has a metric ${JSON.stringify(metric)}`,
    advice: `Its metrics are ${metrics.map((name) => JSON.stringify(name)).join(", ")}.`,
  });
}

async function noRuns(
  reader: OpenEvalHistory,
  suite: string,
  branch: string | undefined,
): Promise<ConfigError> {
  const suites = await reader.suites();
  const where = branch === undefined ? "" : ` on branch ${JSON.stringify(branch)}`;
  return new ConfigError({
    summary: `No run of a suite ${JSON.stringify(suite)}${where} is in ${reader.path}`,
    advice:
      suites.length === 0
        ? "Runs are added by `seam eval`, when they are over."
        : `There are runs of ${suites.map((name) => JSON.stringify(name)).join(", ")}.`,
  });
}
