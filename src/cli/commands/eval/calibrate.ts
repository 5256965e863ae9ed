import type { Command } from "commander";
import type { CalibrateOptions } from "../../evals/calibrate-judge.ts";
import { leaveWith } from "../../evals/leave.ts";
import { wholeNumber } from "../../filters.ts";

const examples = `
A line of the file is an output and what a person said of it, as \`seam eval label\` writes it:
  {"id":"c1","input":"…","output":"…","human":{"helpful":{"value":"good"}}}
The figures are kept in seam.lock, for this rubric and this model: commit it.

Exit codes:
  0    the calibration is kept
  1    the labels are too few, or too much alike, to be kept
  2    it could not be run: a wrong option, suite or file
  3    the judge failed so often that nothing can be said
  130  it was stopped by Ctrl-C; what was judged is not paid for again

Examples:
  seam eval calibrate labels.jsonl
  seam eval calibrate labels.jsonl --metric helpful --eval evals/support.eval.ts
  seam eval calibrate labels.jsonl --json | jq .agreement.kappa`;

export function addEvalCalibrate(evals: Command): void {
  evals
    .command("calibrate")
    .description("Compare a judge with people: agreement, kappa, and its biases.")
    .argument("<file>", "labelled outputs, a JSON object a line")
    .option("--metric <name>", "the judge's; default: the only judge that there is")
    .option("--eval <pattern>", "the eval file of the judge; default: all below this folder")
    .option("--concurrency <count>", "judgments at once", wholeNumber(1, 1_000))
    .option("--no-cache", "ask the judge again, also where it has judged before")
    .option("--config <path>", "the config; default: seam.config.ts here or in a folder above")
    .option("--json", "one JSON object")
    .addHelpText("after", examples)
    .action((file: string, options: CalibrateOptions) =>
      leaveWith(options, async (signal) => {
        const { calibrateJudge } = await import("../../evals/calibrate-judge.ts");
        return await calibrateJudge(file, options, signal);
      }),
    );
}
