import { createSeam, type PolicyConfig } from "llm-seam";
import { startSimulator } from "llm-seam/simulator";
import type { Bench } from "./suite.ts";

/** What a provider in trouble is sent, and how many calls are answered in the end. */
export interface StormCounts {
  readonly calls: number;
  readonly requests: number;
  readonly answered: number;
  readonly seconds: number;
}

/** So many attempts that a call without other limits outlasts the outage. */
const retry = { attempts: 6, baseDelay: "500ms", maxDelay: "8s" } as const;

const variants = {
  "retries alone": { retry: { ...retry, budget: false }, breaker: false },
  "with the retry budget": { retry, breaker: false },
  "with budget and breaker": { retry },
} satisfies Record<string, PolicyConfig>;

export type Storm = Record<keyof typeof variants, StormCounts>;

/** All calls at once, against a server that answers 529 to everything for a while. */
export async function measureStorm({ size, progress }: Bench): Promise<Storm> {
  const measure = (name: keyof typeof variants): Promise<StormCounts> => {
    progress(`storm: ${size.stormCalls} calls in an outage, ${name}`);
    return outage(variants[name], size.stormCalls, size.outageMs);
  };
  return {
    "retries alone": await measure("retries alone"),
    "with the retry budget": await measure("with the retry budget"),
    "with budget and breaker": await measure("with budget and breaker"),
  };
}

async function outage(
  defaults: PolicyConfig,
  calls: number,
  outageMs: number,
): Promise<StormCounts> {
  const simulator = await startSimulator({ faults: { sequence: [], afterwards: "status-529" } });
  const seam = createSeam({
    store: false,
    providers: { anthropic: { baseURL: simulator.baseURL, apiKey: "not-a-key" } },
    defaults,
    tasks: { ask: { model: "anthropic/claude-haiku-4-5" } },
  });
  const recovery = setTimeout(() => simulator.play([]), outageMs);
  const begun = performance.now();
  const endings = await Promise.allSettled(
    Array.from({ length: calls }, (_, call) => seam.complete("ask", { prompt: `call ${call}` })),
  );
  const seconds = (performance.now() - begun) / 1_000;
  clearTimeout(recovery);
  const requests = simulator.report().requests;
  await seam.close();
  await simulator.close();
  const answered = endings.filter(({ status }) => status === "fulfilled").length;
  return { calls, requests, answered, seconds };
}
