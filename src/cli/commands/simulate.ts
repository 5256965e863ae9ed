import { type Command, InvalidArgumentError, Option } from "commander";
import { faultCatalogue, faultNames, faultStatusCodes } from "../../simulator/faults/fault.ts";
import { createFaultPlayer, toFaultSpec } from "../../simulator/faults/plan.ts";
import { wholeNumber } from "../filters.ts";
import { paint, print } from "../output/terminal.ts";
import type { ServeOptions } from "../serve-simulator.ts";

interface SimulateOptions extends ServeOptions {
  readonly listFaults?: true;
}

const examples = `
Examples:
  seam simulate
  seam simulate --fault status-429 --fault drop    two requests fail, then none
  seam simulate --fault-rate status-529=0.2 --fault-rate stall=0.1 --seed 7
  seam simulate --first-token-ms 300 --tokens-per-second 40
  seam simulate --rpm 50 --tpm 40000
  seam simulate --script replies.json

It is not a model: its answers are scripted, or made up by rule.`;

export function addSimulate(program: Command): void {
  program
    .command("simulate")
    .description("Start a stand-in provider that follows a script and misbehaves on demand.")
    .option("--port <number>", "where it listens; 0: a free port", wholeNumber(0, 65_535), 4747)
    .option("--host <address>", "for whom it listens", "127.0.0.1")
    .option(
      "--script <file>",
      "what it answers: JSON, or a module whose default export is a script",
    )
    .option("--fault <name>", "what goes wrong with the next request; repeatable, in order", fault)
    .addOption(
      new Option(
        "--fault-rate <name=share>",
        "what goes wrong how often, e.g. drop=0.1; repeatable",
      )
        .argParser(rate)
        .conflicts("fault"),
    )
    .option("--seed <number>", "seed of all chance", wholeNumber(0, 2 ** 31), 1)
    .option("--first-token-ms <ms>", "wait before the first token", wholeNumber(0, 600_000), 0)
    .option("--tokens-per-second <number>", "pace of a stream; default: at once", pace)
    .option("--rpm <number>", "requests a minute and model, then 429", wholeNumber(1, 1_000_000))
    .option("--tpm <number>", "tokens a minute and model, then 429", wholeNumber(1, 1_000_000_000))
    .option("--list-faults", "say which faults there are, and end")
    .addHelpText("after", examples)
    .action(simulate);
}

async function simulate(options: SimulateOptions): Promise<void> {
  if (options.listFaults) {
    print(faultList());
    return;
  }
  const { serve } = await import("../serve-simulator.ts");
  await serve(options);
}

function faultList(): string {
  const width = Math.max(...faultNames.map((name) => name.length));
  const lines = faultNames.map(
    (name) => `${paint("bold", name.padEnd(width))}  ${faultCatalogue[name]}`,
  );
  return [...lines, "", `status-N, with N one of ${faultStatusCodes.join(", ")}.`].join("\n");
}

function fault(name: string, before: readonly string[] = []): string[] {
  checked(() => toFaultSpec(name));
  return [...before, name];
}

function rate(text: string, before: Readonly<Record<string, number>> = {}): Record<string, number> {
  const [name, share, ...rest] = text.split("=");
  if (!name || !share || rest.length > 0) {
    throw new InvalidArgumentError("Write it as name=share, e.g. drop=0.1.");
  }
  const rates = { ...before, [name]: Number(share) };
  checked(() => createFaultPlayer({ rate: rates }, 1));
  return rates;
}

function checked(work: () => unknown): void {
  try {
    work();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new InvalidArgumentError(`${reason}\nSee them all: seam simulate --list-faults`);
  }
}

function pace(text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError("It must be a number above 0.");
}
