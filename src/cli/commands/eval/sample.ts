import { type Command, InvalidArgumentError, Option } from "commander";
import { ConfigError } from "../../../errors.ts";
import { evalDefaults } from "../../../evals/defaults.ts";
import { addCases, knownCases } from "../../../evals/production/case-file.ts";
import { type Sample, type SampleBy, sample, sampleBys } from "../../../evals/production/sample.ts";
import { type FilterOptions, filterOf, wholeNumber, withFilters } from "../../filters.ts";
import { findStore, type StoreOptions, shortPath, withStoreOptions } from "../../find-store.ts";
import { addedLine } from "../../output/eval/added.ts";
import { count as amount, counted } from "../../output/format.ts";
import { note, print } from "../../output/terminal.ts";
import { type RedactOption, redactOption, redactorsOf } from "../../redact-option.ts";

interface SampleOptions extends FilterOptions, StoreOptions, RedactOption {
  readonly to: string;
  readonly n?: number;
  readonly by?: SampleBy;
  readonly seed?: number;
  readonly lowScore?: number;
}

const defaults = evalDefaults.sample;

const examples = `
How calls are drawn:
  random   each as readily as another
  failure  those with a low score, an error, an answer that was cut off, refused or asked for again,
           a retry; from each kind in turn, and \`metadata.sign\` says which
  cost     without repetition, a call that cost twice as much twice as readily
  cluster  of ${amount(defaults.clustered)} drawn at random, from each cluster of similar prompts in turn, the
           largest first

The same seed draws the same calls from the same store. Calls that evals have made are never drawn,
nor are cases that the file has, rejected ones included, nor an input twice.

Examples:
  seam eval sample --task classify-ticket --since 30d --to evals/tickets.jsonl
  seam eval sample --task classify-ticket --by failure --n 20 --to evals/hard.jsonl
  seam eval sample --task reply --by cluster --tag plan=gold --seed 7 --to evals/replies.jsonl`;

export function addEvalSample(evals: Command): void {
  const command = evals
    .command("sample")
    .description("Draw recorded calls and make cases of them, redacted, in a JSONL file.")
    .requiredOption("--to <file>", "the JSONL file; it is made where there is none")
    .option("--n <count>", `at most so many; default: ${defaults.count}`, wholeNumber(1, 100_000))
    .addOption(
      new Option("--by <how>", `how they are drawn; default: ${defaults.by}`).choices(sampleBys),
    )
    .option("--seed <number>", `default: ${defaults.seed}`, wholeNumber(0, 2 ** 32))
    .option(
      "--low-score <value>",
      `a score below it counts as a failure; default: ${defaults.lowScore}`,
      number,
    )
    .addOption(redactOption());
  withStoreOptions(withFilters(command)).addHelpText("after", examples).action(draw);
}

function number(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && text.trim() !== "") return value;
  throw new InvalidArgumentError("It must be a number.");
}

async function draw(options: SampleOptions): Promise<void> {
  const { to, n: count = defaults.count, by = defaults.by, seed = defaults.seed } = options;
  const { path, from } = await findStore(options);
  const { openEvents } = await import("../../../events.ts");
  using events = openEvents(path);
  note(`${shortPath(path)} (${from})`);
  const drawn = await sample(events, {
    filter: filterOf(options),
    by,
    count,
    seed,
    lowScore: options.lowScore ?? defaults.lowScore,
    redactors: redactorsOf(options),
    known: await knownCases(to),
  });
  if (drawn.rows.length === 0) throw nothingDrawn(drawn, by);
  const added = await addCases(to, drawn.rows);
  for (const each of added) print(addedLine(each));
  const fresh = added.filter(({ kind }) => kind === "added").length;
  note(
    `${counted(fresh, "case")} added to ${shortPath(to)}, drawn by ${by} (seed ${seed}) from ${counted(drawn.matching, "call")}${besides(drawn)}.`,
  );
  note(
    "Review them: set `expected` and `review`, or label what was answered with `seam eval label`.",
  );
}

function besides({ withoutContent, known }: Sample): string {
  const parts = [
    known > 0 ? `${amount(known)} were cases already` : "",
    withoutContent > 0 ? `${amount(withoutContent)} without content` : "",
  ].filter((part) => part !== "");
  return parts.length === 0 ? "" : ` (${parts.join(", ")})`;
}

function nothingDrawn(
  { matching, drawable, withoutContent, known }: Sample,
  by: SampleBy,
): ConfigError {
  if (matching === 0) {
    return new ConfigError({
      summary: "No call matches",
      advice:
        "`seam calls` with the same filters lists what does; calls that evals have made do not count here.",
    });
  }
  if (drawable === 0) {
    return new ConfigError({
      summary: `Of ${counted(matching, "call")} none ${by === "cost" ? "has a known cost" : "shows a sign of having gone badly"}`,
      advice: "Draw by something else, or from more calls.",
    });
  }
  if (withoutContent > 0 && known === 0) {
    return new ConfigError({
      summary: `Nothing was kept of what the ${counted(withoutContent, "call")} said that could be drawn`,
      advice:
        'Their tasks have `content: "none"`; with "redacted", calls from now on can be drawn.',
    });
  }
  return new ConfigError({
    summary: `Of ${counted(drawable, "call")} none is left to draw: ${amount(known)} are cases already`,
    advice: "Draw by something else, or from more calls.",
  });
}
