import { type Command, InvalidArgumentError, Option } from "commander";
import type { Shard } from "../../evals/run/records.ts";
import { longestTimerMs, parseDuration } from "../../util/duration.ts";
import { leaveWith } from "../evals/leave.ts";
import type { EvalRunOptions } from "../evals/options.ts";
import { withConcludeOptions } from "../evals/with-conclude-options.ts";
import { wholeNumber } from "../filters.ts";
import { addEvalAdd } from "./eval/add.ts";
import { addEvalCalibrate } from "./eval/calibrate.ts";
import { addEvalHistory } from "./eval/history.ts";
import { addEvalImport } from "./eval/import.ts";
import { addEvalLabel } from "./eval/label.ts";
import { addEvalMerge } from "./eval/merge.ts";
import { addEvalSample } from "./eval/sample.ts";

const examples = `
Suites are the exports of eval files. Rows of a run go to a file of its own, in \`evals\` beside the
store. Answers are kept by trial: running a trial again costs nothing.

Exit codes:
  0    every gate has passed
  1    a gate has failed
  2    it could not be run: a wrong option, config, suite or file
  3    scorers, judges or providers failed so often that nothing can be said
  4    a limit of cost or time was reached before the end
  130  it was stopped by Ctrl-C; --resume goes on. The second Ctrl-C ends it at once.
Of several suites, the gravest counts: 130, 2, 3, 4, 1.

Examples:
  seam eval                            all suites below this folder
  seam eval evals/tickets.eval.ts --trials 5 --max-cost 2
  seam eval --filter tickets/case-17   one case; --filter '/refund/' those that match
  seam eval --resume                   go on with what broke off
  seam eval --accept                   compare later runs with this one
  seam eval --shard 1/4 --jsonl shard-1.jsonl     and then: seam eval merge shard-*.jsonl
  seam eval --check                    in CI, without keys: is every prompt evaluated?
  seam eval --record                   so that --check reaches what depends on answers
  seam eval --json | jq '{suite: .start.suite, passed: .gate.passed}'`;

/** `seam eval` runs suites; its subcommands make their data, calibrate their judges, and show what they were like. */
export function addEval(program: Command): void {
  const command = program
    .command("eval")
    .description("Run the suites of *.eval.ts files, and say whether they got worse.")
    .enablePositionalOptions()
    .argument("[pattern]", "a file, a folder, or a glob in quotes; default: all below this folder")
    .optionsGroup("What is run:")
    .option(
      "--filter <text>",
      "cases with this in `suite/case id`, or /a regular expression/",
      filter,
    )
    .option("--trials <count>", "runs of each case, in place of the suite's", wholeNumber(1, 100))
    .option("--shard <i/n>", "a part of the cases, e.g. 1/4", shard)
    .option("--resume [run]", "go on with a run that broke off; default: the newest of each suite")
    .option("--no-cache", "ask models again, also where a trial was answered before")
    .option("--watch", "run again when files change")
    .option(
      "--check",
      "ask no model: fail where a prompt is sent that `seam.lock` does not have as evaluated",
    )
    .addOption(
      new Option(
        "--record",
        "of a whole run that passes, keep what models answered, for --check to go by",
      ).conflicts(["check", "filter", "shard", "resume"]),
    )
    .optionsGroup("Limits, of all suites together:")
    .option(
      "--max-cost <usd>",
      "begin no trial more when so much was spent, judges included",
      dollars,
    )
    .option("--max-time <duration>", "stop after this long, e.g. 10m", duration)
    .option("--concurrency <count>", "trials at once", wholeNumber(1, 1_000));
  withConcludeOptions(command).addHelpText("after", examples).action(evaluate);
  addEvalAdd(command);
  addEvalSample(command);
  addEvalLabel(command);
  addEvalCalibrate(command);
  addEvalHistory(command);
  addEvalImport(command);
  addEvalMerge(command);
}

async function evaluate(pattern: string | undefined, options: EvalRunOptions): Promise<void> {
  await leaveWith(options, async (signal) => {
    if (options.check) {
      const { checkAll } = await import("../evals/check.ts");
      return await checkAll(pattern, options, signal);
    }
    if (options.watch) {
      const { watchAndRun } = await import("../evals/watch.ts");
      return await watchAndRun(process.cwd(), options, signal);
    }
    const { runAll } = await import("../evals/run-all.ts");
    return await runAll(pattern, options, signal);
  });
}

function filter(text: string): string | RegExp {
  const [, pattern, flags] = /^\/(.+)\/([a-z]*)$/s.exec(text) ?? [];
  if (pattern === undefined) return text;
  try {
    return new RegExp(pattern, flags);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}

function shard(text: string): Shard | undefined {
  const [, index = 0, of = 0] = /^(\d{1,4})\/(\d{1,4})$/.exec(text)?.map(Number) ?? [];
  if (index < 1 || index > of)
    throw new InvalidArgumentError("Write it as 1/4: the first of four parts.");
  return of === 1 ? undefined : { index, of };
}

function dollars(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value > 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError("Give US dollars, e.g. 0.50.");
}

function duration(text: string): number {
  const ms = parseDuration(text);
  if (ms !== undefined && ms > 0 && ms <= longestTimerMs) return ms;
  throw new InvalidArgumentError("Give a duration, e.g. 90s, 10m, 2h; at most 24 days.");
}
