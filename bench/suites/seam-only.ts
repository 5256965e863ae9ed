import { start } from "../process/start.ts";
import type { EventCosts, HitTimes, SeamJobs } from "../workers/seam-worker.ts";
import type { Bench } from "./suite.ts";

const module = new URL("../workers/seam-worker.ts", import.meta.url);

export interface CacheTimes {
  readonly memory: HitTimes;
  readonly sqlite: HitTimes;
}

/** Answers from the cache, each kind in a process of its own. */
export async function measureCache({ size, url, progress }: Bench): Promise<CacheTimes> {
  const measure = async (from: "memory" | "sqlite"): Promise<HitTimes> => {
    progress(`cache: hits from ${from}`);
    await using worker = start<SeamJobs>(module, [url]);
    return await worker.ask("cacheHits", { from, hits: size.cacheHits });
  };
  return { memory: await measure("memory"), sqlite: await measure("sqlite") };
}

/** What it costs to record a call. */
export async function measureEvents({ size, url, progress }: Bench): Promise<EventCosts> {
  progress("events: the same calls with and without a store");
  await using worker = start<SeamJobs>(module, [url]);
  return await worker.ask("events", { calls: size.events });
}
