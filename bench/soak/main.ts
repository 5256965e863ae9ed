import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openEvents } from "llm-seam/events";
import { repeat } from "../measure/cost.ts";
import { seeded } from "../measure/seeded.ts";
import { start } from "../process/start.ts";
import { progressLine } from "../report/progress.ts";
import type { ProviderJobs } from "./provider.ts";
import { type Soaked, soakReport } from "./report.ts";
import { type Endings, oneCall, openSeam } from "./traffic.ts";
import { judge } from "./verdict.ts";
import { type Vitals, vitalsOf, watchTimers } from "./vitals.ts";

const usage = `npm run soak -- [minutes] [options]
  minutes        how long; default 2, at least 0.1
  --seed NUMBER  of all chance; default: one that is printed
  --json FILE    also writes every measurement

Mixed traffic with every fault of the simulator, in rounds; between two rounds nothing is under way, and the
process is looked at. Exit code 0: nothing leaks and nothing was lost. 1: something does.`;

const concurrency = 24;
/** Quiet moments of a soak: twelve a minute, within bounds that a trend can be seen in. */
const momentsIn = (minutes: number): number => Math.min(24, Math.max(8, Math.round(minutes * 12)));
/** What is left to a round to end after its time is up: the longest deadline of its calls, and some. */
const graceMs = 15_000;

interface Options {
  readonly minutes: number;
  readonly seed: number;
  readonly json: string | undefined;
}

const progress = progressLine(process.stderr);
try {
  const options = readOptions();
  if (options === undefined) console.log(usage);
  else process.exitCode = await soak(options);
} catch (error) {
  progress.clear();
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function soak({ minutes, seed, json }: Options): Promise<number> {
  await using provider = start<ProviderJobs>(new URL("provider.ts", import.meta.url), [`${seed}`]);
  const folder = mkdtempSync(join(tmpdir(), "seam-soak-"));
  try {
    const soaked = await rounds(provider, join(folder, "seam.db"), minutes, seed);
    progress.clear();
    console.log(soakReport(soaked));
    if (json !== undefined) writeFileSync(json, `${JSON.stringify(soaked, undefined, 2)}\n`);
    return soaked.verdicts.some(({ isLeak }) => isLeak) || soaked.lost.length > 0 ? 1 : 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function rounds(
  provider: ReturnType<typeof start<ProviderJobs>>,
  store: string,
  minutes: number,
  seed: number,
): Promise<Soaked> {
  const timers = watchTimers();
  const random = seeded(seed);
  const endings: Endings = new Map();
  const faults: Record<string, number> = {};
  const seen: Vitals[] = [];
  const { signal } = new AbortController();
  const seam = openSeam(await provider.ask("url", null), store);
  const moments = momentsIn(minutes);
  const roundMs = (minutes * 60_000) / moments;
  let calls = 0;
  for (let round = 1; round <= moments; round++) {
    progress.show(`soak: round ${round} of ${moments}, ${calls} calls`);
    const endsAt = performance.now() + roundMs;
    await inTime(
      repeat(concurrency, concurrency, async () => {
        while (performance.now() < endsAt) {
          calls++;
          await oneCall(seam, signal, random, endings);
        }
      }),
      roundMs + graceMs,
    );
    await seam.flush();
    seen.push(await vitalsOf(signal, timers));
    const { byFault } = await provider.ask("takeReport", null);
    for (const [name, times] of Object.entries(byFault)) faults[name] = (faults[name] ?? 0) + times;
  }
  const troubles = seam.troubles();
  await seam.close();
  using events = openEvents(store);
  const [all] = await events.stats({ by: [] });
  const recorded = all?.calls ?? 0;
  return {
    minutes,
    seed,
    calls,
    recorded,
    endings: Object.fromEntries([...endings].toSorted(([, a], [, b]) => b - a)),
    faults,
    troubles,
    moments: seen,
    verdicts: judge(seen),
    lost: [
      ...[...endings.keys()].filter((name) => name.startsWith("lost")),
      ...(recorded === calls ? [] : [`${calls} calls were made, ${recorded} are recorded`]),
    ],
  };
}

/** A round that does not end is what this is here to find. */
async function inTime(work: Promise<void>, ms: number): Promise<void> {
  const late = Promise.withResolvers<never>();
  const message = `calls were still under way ${ms} ms after their round had begun`;
  const timer = setTimeout(() => late.reject(new Error(message)), ms);
  await Promise.race([work, late.promise]).finally(() => clearTimeout(timer));
}

function readOptions(): Options | undefined {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seed: { type: "string" },
      json: { type: "string" },
      help: { type: "boolean" },
    },
  });
  if (values.help) return undefined;
  const minutes = Number(positionals[0] ?? 2);
  if (!(minutes >= 0.1)) throw new Error(`${positionals[0]} are no minutes.\n\n${usage}`);
  return { minutes, seed: Number(values.seed ?? Date.now() % 100_000), json: values.json };
}
