import type { StatsOptions } from "llm-seam/events";
import type { Cost } from "../measure/cost.ts";
import { start } from "../process/start.ts";
import type { StoreJobs, Times } from "../workers/store-worker.ts";
import type { Bench } from "./suite.ts";

/** What a large store is asked, and the same by the command, its start included. */
const questions: Readonly<Record<string, StatsOptions>> = {
  "--by task": { by: ["task"] },
  "--by model": { by: ["model"] },
  "--by arm": { by: ["arm"] },
  "--since 24h": { by: ["task"], since: "24h" },
  "--task reply --error any": { by: ["task"], task: "reply", error: "any" },
  "--tag user=u-17": { by: ["task"], tags: { user: "u-17" } },
  "--tag channel=mail": { by: ["task"], tags: { channel: "mail" } },
};
const commands = ["--by task", "--since 24h"] as const;

export interface StoreNumbers {
  readonly events: number;
  readonly write: Cost;
  readonly bytesPerEvent: number;
  readonly rollUpSeconds: number;
  readonly stats: Readonly<Record<string, Times>>;
  readonly commands: Readonly<Record<string, Times>>;
}

/** Days that the events are spread over. */
const days = 30;
/** Events of one job: none may take too long. */
const turnSize = 50_000;
/** The newest are some minutes old, as those of an app mostly are. */
const ageMs = 600_000;

/** A file with many events: what it takes to write one, to keep it, and to sum them all up. */
export async function measureStore({ size, progress }: Bench): Promise<StoreNumbers> {
  const { storeEvents: count, statsRounds: rounds, commandRounds } = size;
  await using worker = start<StoreJobs>(new URL("../workers/store-worker.ts", import.meta.url));
  try {
    await worker.ask("open", { count, days, until: Date.now() - ageMs });
    const write = { cpuUs: 0, wallUs: 0 };
    for (let written = 0; written < count; written += turnSize) {
      progress(`store: ${written.toLocaleString("en")} of ${count.toLocaleString("en")} written`);
      const events = Math.min(turnSize, count - written);
      const { cpuUs, wallUs } = await worker.ask("fill", { events });
      write.cpuUs += (cpuUs * events) / count;
      write.wallUs += (wallUs * events) / count;
    }
    progress("store: rolling up");
    const rollUpSeconds = await worker.ask("rollUp", null);
    const stats: Record<string, Times> = {};
    for (const [name, question] of Object.entries(questions)) {
      progress(`store: stats ${name}`);
      stats[name] = await worker.ask("ask", { question, rounds });
    }
    const run: Record<string, Times> = {};
    for (const name of commands) {
      progress(`store: seam stats ${name}`);
      run[name] = await worker.ask("run", {
        args: ["stats", ...name.split(" ")],
        rounds: commandRounds,
      });
    }
    const bytesPerEvent = (await worker.ask("bytes", null)) / count;
    return { events: count, write, bytesPerEvent, rollUpSeconds, stats, commands: run };
  } finally {
    await worker.ask("remove", null);
  }
}
