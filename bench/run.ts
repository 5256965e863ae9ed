import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { start } from "./process/start.ts";
import { type Results, thisMachine } from "./report/json.ts";
import { progressLine } from "./report/progress.ts";
import { tablesOf } from "./report/tables.ts";
import type { ServerJobs } from "./server/main.ts";
import { type Size, type SizeName, sizes } from "./sizes.ts";
import { measureCalls } from "./suites/calls.ts";
import { measureConversation } from "./suites/conversation.ts";
import { measureEvalGate } from "./suites/eval-gate.ts";
import { measureEvals } from "./suites/evals.ts";
import { measureHedging } from "./suites/hedge.ts";
import { measureMemory } from "./suites/memory.ts";
import { measurePolicies } from "./suites/policies.ts";
import { measureCache, measureEvents } from "./suites/seam-only.ts";
import { measureStore } from "./suites/store.ts";
import { measureStorm } from "./suites/storm.ts";
import { measureStreams } from "./suites/streams.ts";
import type { Bench } from "./suites/suite.ts";

const usage = `npm run bench -- [options]
  --quick        a short run, about a minute; its numbers are rough
  --size NAME    ${Object.keys(sizes).join(", ")}; default full, which takes 6 to 9 minutes
  --only NAMES   calls, streams, memory, cache, events, policies, storm, hedge, store, conversation,
                 gate, evals; default all, separated by commas
  --json FILE    also writes every single measurement
  --help`;

const suites = {
  calls: measureCalls,
  streams: measureStreams,
  memory: measureMemory,
  cache: measureCache,
  events: measureEvents,
  policies: measurePolicies,
  storm: measureStorm,
  hedge: measureHedging,
  store: measureStore,
  conversation: measureConversation,
  gate: measureEvalGate,
  evals: measureEvals,
} as const;

interface Options {
  readonly size: SizeName;
  readonly only: readonly string[];
  readonly json: string | undefined;
}

const progress = progressLine(process.stderr);

try {
  const options = readOptions();
  if (options === "help") console.log(usage);
  else await run(options);
} catch (error) {
  progress.clear();
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function run({ size: name, only, json }: Options): Promise<void> {
  const size: Size = sizes[name];
  await using server = start<ServerJobs>(new URL("server/main.ts", import.meta.url), [
    `--chunks=${size.chunks}`,
    `--chunk-every=${size.chunkEveryMs}`,
  ]);
  const url = await server.ask("url", null);
  const bench: Bench = { size, server, url, progress: progress.show };
  const measured: Record<string, unknown> = {};
  for (const [suite, measure] of Object.entries(suites)) {
    if (only.length === 0 || only.includes(suite)) measured[suite] = await measure(bench);
  }
  progress.clear();
  const results: Results = { machine: thisMachine(), size: name, ...measured };
  console.log(tablesOf(results));
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(results, undefined, 2)}\n`);
}

function readOptions(): Options | "help" {
  const { values } = parseArgs({
    options: {
      quick: { type: "boolean" },
      size: { type: "string" },
      only: { type: "string" },
      json: { type: "string" },
      help: { type: "boolean" },
    },
  });
  if (values.help) return "help";
  const size = values.size ?? (values.quick ? "quick" : "full");
  if (!isSize(size)) throw new Error(`There is no size ${size}.\n\n${usage}`);
  const only = values.only?.split(",") ?? [];
  const unknown = only.find((suite) => !Object.hasOwn(suites, suite));
  if (unknown !== undefined) throw new Error(`There is no suite ${unknown}.\n\n${usage}`);
  return { size, only, json: values.json };
}

function isSize(name: string): name is SizeName {
  return Object.hasOwn(sizes, name);
}
