import { readFile } from "node:fs/promises";
import { extname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { ConfigError } from "../errors.ts";
import {
  parseFaultPlan,
  parseScript,
  renderReport,
  type Script,
  type Simulator,
  startSimulator,
} from "../simulator/index.ts";
import { paint, print } from "./output/terminal.ts";
import { untilStopped } from "./until-stopped.ts";

export interface ServeOptions {
  readonly port: number;
  readonly host: string;
  /** A file, JSON or a module. */
  readonly script?: string;
  /** In order. */
  readonly fault?: readonly string[];
  /** Shares by name, instead of an order. */
  readonly faultRate?: Readonly<Record<string, number>>;
  readonly seed: number;
  readonly firstTokenMs: number;
  readonly tokensPerSecond?: number;
  /** Requests and tokens a minute. */
  readonly rpm?: number;
  readonly tpm?: number;
}

/** Runs the simulator until Ctrl-C or SIGTERM, then prints what it did. */
export async function serve(options: ServeOptions): Promise<void> {
  const script = options.script === undefined ? undefined : await readScriptFile(options.script);
  await untilStopped(async (signal) => {
    const simulator = await start(options, script);
    print(greeting(simulator));
    if (!signal.aborted) await new Promise((resume) => signal.addEventListener("abort", resume));
    const report = simulator.report();
    await simulator.close();
    print(`\n${renderReport(report)}`);
  });
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

async function start(options: ServeOptions, script: Script | undefined): Promise<Simulator> {
  const { host, port, seed, firstTokenMs, tokensPerSecond, rpm, tpm, fault, faultRate } = options;
  try {
    return await startSimulator({
      host,
      port,
      seed,
      faults: parseFaultPlan(faultRate === undefined ? (fault ?? []) : { rate: faultRate, seed }),
      pace: { firstTokenMs, ...(tokensPerSecond !== undefined && { tokensPerSecond }) },
      rateLimit: {
        ...(rpm !== undefined && { requestsPerMinute: rpm }),
        ...(tpm !== undefined && { tokensPerMinute: tpm }),
      },
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
