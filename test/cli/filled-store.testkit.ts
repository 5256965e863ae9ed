import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSeam, defineConfig } from "llm-seam";
import { type FaultPlan, startSimulator } from "llm-seam/simulator";
import { z } from "zod";

/** What a hostile model would say to a terminal: clear it, change its title, hide text, turn the line. */
const hostile = "safe\u001b[2J\u001b]0;owned\u0007\u009b31m\r\u202egone";

const script = {
  replies: [
    { match: { prompt: "terminal" }, reply: hostile },
    { match: { prompt: "refund" }, reply: "Your refund is on its way." },
    {
      match: { task: "classify", prompt: "could not be used" },
      reply: { type: "json", value: { category: "billing" } },
    },
    { match: { task: "classify" }, reply: { type: "json", value: { category: 7 } } },
  ],
} as const;

/** A store on disk, filled by real calls over HTTP. */
export interface FilledStore {
  readonly folder: string;
  readonly store: string;
  /** Ids by what happened. */
  readonly ids: {
    readonly retried: string;
    readonly cached: string;
    readonly streamed: string;
    readonly extracted: string;
    readonly rerouted: string;
    readonly hostile: string;
  };
  remove(): Promise<void>;
}

/**
 * Eight calls: one retried once (429), the same from the cache, one streamed, one that failed for good (400), one
 * extract that asked twice, one rerouted, one hostile, one of a model without a price.
 */
export async function fillStore(): Promise<FilledStore> {
  const folder = await mkdtemp(join(tmpdir(), "seam-filled-"));
  const store = join(folder, "seam.db");
  const simulator = await startSimulator({ script });
  const { baseURL } = simulator;
  const seam = createSeam(
    defineConfig({
      store,
      providers: {
        anthropic: { baseURL, apiKey: "simulated", taskHeader: "x-seam-task" },
        openai: { baseURL, apiKey: "simulated" },
        local: { baseURL },
      },
      defaults: { retry: { attempts: 2, baseDelay: 20 }, deadline: "10s" },
      tasks: {
        reply: { model: "anthropic/claude-haiku-4-5", cache: true },
        classify: { model: "anthropic/claude-haiku-4-5" },
        summarize: { model: "openai/gpt-5-mini", fallbacks: ["anthropic/claude-haiku-4-5"] },
        local: { model: "local/simulated" },
      },
    }),
  );
  const under = async <T>(faults: FaultPlan, work: () => Promise<T>): Promise<T> => {
    simulator.play(faults);
    return await work();
  };
  const tags = { user: "ada", session: "s1", channel: "mail", urgent: true, 'odd "key"': 3 };
  try {
    const refund = { prompt: 'Where is my "refund"?\nI wait.', tags };
    const retried = await under(["status-429"], () => seam.complete("reply", refund));
    const cached = await under([], () => seam.complete("reply", refund));
    const streamed = await seam.stream("reply", { prompt: "A 100% streamed refund" }).result;
    await under(["status-400"], () => seam.complete("reply", { prompt: "bad" }).catch(() => {}));
    const extracted = await under([], () =>
      seam.extract("classify", {
        prompt: "Charged twice",
        schema: z.object({ category: z.string() }),
      }),
    );
    const rerouted = await under(["status-401"], () =>
      seam.complete("summarize", { prompt: "Sum up the refund", tags: { user: "bob" } }),
    );
    const evil = await seam.complete("summarize", { prompt: "Talk to my terminal" });
    await seam.complete("local", { prompt: "No price is known" });
    return {
      folder,
      store,
      ids: {
        retried: retried.callId,
        cached: cached.callId,
        streamed: streamed.callId,
        extracted: extracted.callId,
        rerouted: rerouted.callId,
        hostile: evil.callId,
      },
      remove: () => rm(folder, { recursive: true, force: true }),
    };
  } finally {
    await seam.close();
    await simulator.close();
  }
}
