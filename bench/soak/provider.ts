import {
  type FaultName,
  faultNames,
  faultStatusCodes,
  type SimulatorReport,
  startSimulator,
} from "llm-seam/simulator";
import { serve } from "../process/serve.ts";

/** What the soak asks of its provider, which lives in a process of its own: its memory is not the seam's. */
export interface ProviderJobs {
  readonly url: (none: null) => Promise<string>;
  /** What was played since the last time. */
  readonly takeReport: (none: null) => Promise<SimulatorReport>;
}

/** The share of requests that meet a fault; each kind as often as any other. */
const faultShare = 0.4;

const [seed = "1"] = process.argv.slice(2);
const kinds: readonly FaultName[] = [
  ...faultNames.filter((name) => name !== "none" && name !== "status"),
  ...faultStatusCodes.map((code) => `status-${code}` as const),
];
const rate = Object.fromEntries(kinds.map((name) => [name, faultShare / kinds.length]));

const simulator = await startSimulator({
  seed: Number(seed),
  faults: { rate, seed: Number(seed) },
  pace: { firstTokenMs: [0, 30], tokensPerSecond: 2_000 },
  script: {
    replies: [
      {
        match: { schema: "category" },
        reply: { type: "json", value: { category: "shipping", urgent: false } },
      },
      { reply: "Your order 4711 left our warehouse this morning. naïve café, 日本語, 🎉👩‍👩‍👧" },
    ],
  },
});

serve<ProviderJobs>({
  url: async () => simulator.baseURL,
  takeReport: async () => {
    const report = simulator.report();
    simulator.clear();
    return report;
  },
});
