import { createSeam, type HedgeConfig } from "llm-seam";
import { type FaultSpec, startSimulator } from "llm-seam/simulator";
import { quantile } from "../measure/stats.ts";
import type { Bench } from "./suite.ts";

/** How long calls took, in milliseconds, and how many requests were sent for them. */
export interface HedgeTimes {
  readonly calls: number;
  readonly requests: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

const variants = {
  "without hedging": false,
  "after 100 ms": { after: "100ms" },
  "after its own p95 (the default)": {},
} satisfies Record<string, HedgeConfig | false>;

export type Hedging = Record<keyof typeof variants, HedgeTimes>;

/** A server with two ways: most answers come soon, a few take many times as long. */
const soon: FaultSpec = { type: "slow", firstTokenMs: 40, tokensPerSecond: 10_000 };
const late: FaultSpec = { ...soon, firstTokenMs: 1_000 };
export const lateShare = 0.04;
const concurrency = 8;

/** Whole answers of one model, which is asked once more when it is late. */
export async function measureHedging({ size, progress }: Bench): Promise<Hedging> {
  const measure = (name: keyof typeof variants): Promise<HedgeTimes> => {
    progress(`hedge: ${size.hedgeCalls} calls of a server with a slow tail, ${name}`);
    return timesOf(variants[name], size.hedgeCalls);
  };
  return {
    "without hedging": await measure("without hedging"),
    "after 100 ms": await measure("after 100 ms"),
    "after its own p95 (the default)": await measure("after its own p95 (the default)"),
  };
}

async function timesOf(hedge: HedgeConfig | false, calls: number): Promise<HedgeTimes> {
  const faults = { sequence: tail(10_000), afterwards: "repeat" } as const;
  const simulator = await startSimulator({ faults, script: { replies: [{ reply: "Yes." }] } });
  const seam = createSeam({
    store: false,
    providers: { anthropic: { baseURL: simulator.baseURL, apiKey: "not-a-key" } },
    tasks: { ask: { model: "anthropic/claude-haiku-4-5", hedge } },
  });
  const times: number[] = [];
  let left = calls;
  const askOnAndOn = async (): Promise<void> => {
    while (left-- > 0) {
      const begun = performance.now();
      await seam.complete("ask", { prompt: `call ${left}` });
      times.push(performance.now() - begun);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, askOnAndOn));
  const { requests } = simulator.report();
  await seam.close();
  await simulator.close();
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((q) => quantile(times, q));
  return { calls, requests, p50: p50 ?? 0, p95: p95 ?? 0, p99: p99 ?? 0 };
}

/** Which answers are late, drawn with a fixed seed (Lehmer's generator), so that every variant meets the same server. */
function tail(length: number): FaultSpec[] {
  let state = 1;
  return Array.from({ length }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647 < lateShare ? late : soon;
  });
}
