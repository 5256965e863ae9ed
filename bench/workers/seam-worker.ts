import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSeam, defineConfig, type Seam } from "llm-seam";
import { type Cost, costOf } from "../measure/cost.ts";
import { quantile } from "../measure/stats.ts";
import { request } from "../peers/peer.ts";
import { serve } from "../process/serve.ts";
import { ask, asked, inBlocks } from "./ask.ts";
import { fixedModel } from "./fixed-model.ts";
import { freshPrompt } from "./prompts.ts";

/** How fast answers come from a cache, in microseconds for each hit. */
export interface HitTimes {
  readonly p50Us: number;
  readonly p99Us: number;
  /** All that a hit costs: the reading, its event, and the event's way into SQLite. */
  readonly cpuUs: number;
}

export interface EventCosts {
  /** A call of a model that answers at once, without a store. */
  readonly without: Cost;
  /** The same with every event written to SQLite. */
  readonly withStore: Cost;
  /** Of the file on disk, after everything has been written. */
  readonly bytesPerEvent: number;
}

/** What only the seam has. Answers for the cache come from the server once; all else is measured without a network. */
export interface SeamJobs {
  readonly cacheHits: (turn: { from: "memory" | "sqlite"; hits: number }) => Promise<HitTimes>;
  readonly events: (turn: { calls: number }) => Promise<EventCosts>;
}

/** Different answers in the cache, so that no single entry stays hot. */
const distinctAnswers = 200;

const [url = ""] = process.argv.slice(2);
const settings = { maxOutputTokens: request.maxTokens };

serve<SeamJobs>({
  cacheHits: ({ from, hits }) =>
    inFolder(async (folder) => {
      const cacheMemoryBytes = from === "memory" ? 64 * 1024 * 1024 : 0;
      await using seam = openCached(join(folder, "seam.db"), cacheMemoryBytes);
      const prompts = Array.from({ length: distinctAnswers }, freshPrompt);
      for (const prompt of prompts) await ask(seam, prompt, "model");
      await seam.flush();
      const times: number[] = [];
      const hit = async (index: number): Promise<void> => {
        const start = performance.now();
        await ask(seam, prompts[index % distinctAnswers] ?? "", "cache");
        times.push((performance.now() - start) * 1_000);
      };
      await inBlocks(hits, hit);
      times.length = 0;
      const { cpuUs } = await costOf(async () => {
        await inBlocks(hits, hit);
        await seam.flush();
        return hits;
      });
      return { p50Us: quantile(times, 0.5), p99Us: quantile(times, 0.99), cpuUs };
    }),
  events: ({ calls }) =>
    inFolder(async (folder) => {
      const path = join(folder, "seam.db");
      await using bare = openFixed(false);
      await using recording = openFixed(path);
      await inBlocks(calls, () => ask(bare, freshPrompt(), "model"));
      const without = await costOf(() => asked(bare, calls));
      await asked(recording, calls);
      const withStore = await costOf(() => asked(recording, calls));
      await recording.close();
      return { without, withStore, bytesPerEvent: statSync(path).size / (2 * calls) };
    }),
});

function openCached(store: string, cacheMemoryBytes: number): Seam<"answer"> {
  return createSeam(
    defineConfig({
      store,
      cacheMemoryBytes,
      providers: { anthropic: { apiKey: request.apiKey, baseURL: `${url}/now/v1` } },
      tasks: { answer: { model: `anthropic/${request.model}`, settings, cache: true } },
    }),
  );
}

function openFixed(store: string | false): Seam<"answer"> {
  return createSeam(defineConfig({ store, tasks: { answer: { model: fixedModel, settings } } }));
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "seam-bench-"));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
