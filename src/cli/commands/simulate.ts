import { readFile } from "node:fs/promises";
import { extname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type Command, InvalidArgumentError, Option } from "commander";
import { ConfigError } from "../../errors.ts";
import {
  type FaultPlan,
  faultCatalogue,
  faultNames,
  faultStatusCodes,
  parseFaultPlan,
  parseScript,
  renderReport,
  type Script,
  type Simulator,
  startSimulator,
} from "../../simulator/index.ts";
import { wholeNumber } from "../filters.ts";
import { paint, print } from "../output/terminal.ts";
import { untilStopped } from "../until-stopped.ts";

interface SimulateOptions {
  readonly port: number;
  readonly host: string;
  readonly script?: string;
  readonly fault?: readonly string[];
  readonly faultRate?: Readonly<Record<string, number>>;
  readonly seed: number;
  readonly firstTokenMs: number;
  readonly tokensPerSecond?: number;
  readonly listFaults?: true;
}

const examples = `
Examples:
  seam simulate
  seam simulate --fault status-429 --fault drop    two requests fail, then none
  seam simulate --fault-rate status-529=0.2 --fault-rate stall=0.1 --seed 7
  seam simulate --first-token-ms 300 --tokens-per-second 40
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
    .option("--list-faults", "say which faults there are, and end")
    .addHelpText("after", examples)
    .action(simulate);
}

async function simulate(options: SimulateOptions): Promise<void> {
  if (options.listFaults) {
    print(faultList());
    return;
  }
  const script = options.script === undefined ? undefined : await readScriptFile(options.script);
  const simulator = await start(options, script);
  try {
    await untilStopped(async (signal) => {
      print(greeting(simulator));
      if (!signal.aborted) await new Promise((resume) => signal.addEventListener("abort", resume));
    });
  } finally {
    const report = simulator.report();
    await simulator.close();
    print(`\n${renderReport(report)}`);
  }
}

function greeting({ url, baseURL }: Simulator): string {
  return [
    `${paint("bold", "The simulator listens.")} Ctrl-C ends it.`,
    "",
    `  ${baseURL}   for Seam, the AI SDK, and \`openai\``,
    `  ${url}      for \`@anthropic-ai/sdk\``,
    "",
    "To send an app of Seam to it:",
    "",
    `  export ANTHROPIC_BASE_URL=${baseURL} ANTHROPIC_API_KEY=simulated`,
    `  export OPENAI_BASE_URL=${baseURL} OPENAI_API_KEY=simulated`,
    "",
  ].join("\n");
}

async function start(options: SimulateOptions, script: Script | undefined): Promise<Simulator> {
  const { host, port, seed, firstTokenMs, tokensPerSecond } = options;
  const faults = planOf(options);
  try {
    return await startSimulator({
      host,
      port,
      seed,
      faults,
      pace: { firstTokenMs, ...(tokensPerSecond !== undefined && { tokensPerSecond }) },
      ...(script !== undefined && { script }),
    });
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
    if (code !== "EADDRINUSE") throw cause;
    throw new ConfigError(
      {
        summary: `Port ${port} is taken`,
        advice: "End what listens there, or choose another: --port 0 takes any free one.",
      },
      { cause },
    );
  }
}

function planOf({ fault, faultRate, seed }: SimulateOptions): FaultPlan {
  return parseFaultPlan(faultRate === undefined ? (fault ?? []) : { rate: faultRate, seed });
}

async function readScriptFile(file: string): Promise<Script> {
  try {
    if (extname(file) === ".json") return parseScript(JSON.parse(await readFile(file, "utf8")));
    const module: { default?: unknown } = await import(pathToFileURL(resolve(file)).href);
    if (isScript(module.default)) return module.default;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw scriptFault(`The script ${file} cannot be used: ${reason}`, cause);
  }
  throw scriptFault(`${file} exports no script`, undefined);
}

function scriptFault(summary: string, cause: unknown): ConfigError {
  const advice =
    'A script is JSON as in { "replies": [{ "reply": "Hello" }] }, or `export default defineScript({ … })`.';
  return new ConfigError({ summary, advice }, { cause });
}

function isScript(value: unknown): value is Script {
  return (
    typeof value === "object" &&
    value !== null &&
    "replies" in value &&
    Array.isArray(value.replies)
  );
}

function faultList(): string {
  const width = Math.max(...faultNames.map((name) => name.length));
  const lines = faultNames.map(
    (name) => `${paint("bold", name.padEnd(width))}  ${faultCatalogue[name]}`,
  );
  return [...lines, "", `status-N, with N one of ${faultStatusCodes.join(", ")}.`].join("\n");
}

function fault(name: string, before: readonly string[] = []): string[] {
  checkPlan([name]);
  return [...before, name];
}

function rate(text: string, before: Readonly<Record<string, number>> = {}): Record<string, number> {
  const [name, share, ...rest] = text.split("=");
  if (!name || !share || rest.length > 0) {
    throw new InvalidArgumentError("Write it as name=share, e.g. drop=0.1.");
  }
  const rates = { ...before, [name]: Number(share) };
  checkPlan({ rate: rates });
  const sum = Object.values(rates).reduce((total, one) => total + one, 0);
  if (sum > 1) throw new InvalidArgumentError(`All shares add up to ${sum}; 1 is the most.`);
  return rates;
}

function checkPlan(plan: unknown): void {
  try {
    parseFaultPlan(plan);
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
