import type { SeamConfig } from "llm-seam";
import { type Fault, type Script, startSimulator } from "llm-seam/simulator";
import { chatReplies } from "./chat/simulated-chat.ts";
import { noteOf, recordOf, replyTo } from "./desk-rules.ts";
import { letterIn } from "./letter.ts";
import { refundReplies } from "./refunds/simulated-refunds.ts";
import type { Step } from "./work-through.ts";

/** The stand-in provider of the demo: it answers by keyword rules, and misbehaves by plan. */
export interface SimulatedDesk {
  /** The same config, with the simulator in the place of the providers. */
  configured<Task extends string>(config: SeamConfig<Task>): SeamConfig<Task>;
  /** Lets the faults of a step begin. */
  misbehave(step: Step): void;
  behave(): void;
  /** How often each fault was played so far. */
  faults(): Readonly<Record<string, number>>;
  requests(): number;
  close(): Promise<void>;
}

/** What goes wrong while each step runs, at every third request, in this order. */
const troubles: Readonly<Record<Step, readonly Fault[]>> = {
  sort: [
    "json-fences",
    { type: "status", status: 429, retryAfterMs: 400 },
    "json-invalid",
    "status-529",
    "json-prose",
    "malformed-json",
    "header-silence",
    "json-broken",
    "empty-body",
    { type: "status", status: 429, retryAfter: 60 },
    "json-cut",
    "drop",
    "length",
    "error-200",
    "json-invalid",
    "quota-exhausted",
    "truncated-json",
    "status-500",
    { type: "status", status: 429, retryAfter: 1 },
    "json-invalid",
  ],
  note: [
    "status-503",
    "empty-answer",
    { type: "status", status: 429, retryAfter: "soon" },
    "status-502",
  ],
  reply: [
    "in-band-error",
    { type: "stall", afterTokens: 18 },
    "split-utf8",
    "status-529",
    "pings-only",
    { type: "status", status: 429, retryAfter: 1 },
    "body-silence",
    { type: "drop", afterTokens: 25 },
    "error-200",
    "status-408",
    { type: "status", status: 429, retryAfter: 120 },
    "drop",
    "slow",
  ],
};

const faultEvery = 3;

/** Then nothing gets through for a while: long enough for the breaker to notice. */
const outages: Readonly<Record<Step, readonly Fault[]>> = {
  sort: [],
  note: [],
  reply: Array<Fault>(30).fill("status-529"),
};

/** One script for all models: what they say about a ticket follows from its words. */
const script: Script = {
  replies: [
    ...refundReplies,
    ...chatReplies,
    {
      match: { task: "sort-ticket" },
      reply: (request) => ({ type: "json", value: recordOf(letterIn(request).text) }),
    },
    {
      match: { task: "handover-note" },
      reply: (request) => {
        const { name, text } = letterIn(request);
        return noteOf(name, text);
      },
    },
    {
      match: { task: "write-reply", prompt: "home address" },
      reply: {
        type: "text",
        text: "I cannot help to find out where somebody lives.",
        finish: "refusal",
      },
    },
    {
      match: { task: "write-reply" },
      reply: (request) => {
        const { name, text } = letterIn(request);
        return replyTo(name, text);
      },
    },
  ],
};

/** Starts the simulator on a free port of this machine. */
export async function startSimulatedDesk(): Promise<SimulatedDesk> {
  const simulator = await startSimulator({
    script,
    pace: { firstTokenMs: [20, 120], tokensPerSecond: 400 },
    seed: 2026,
  });
  const provider = {
    baseURL: simulator.baseURL,
    apiKey: "simulated",
    taskHeader: "x-seam-task",
  };
  return {
    configured: (config) => ({
      ...config,
      providers: { anthropic: provider, openai: provider },
      // One long Retry-After would send all calls after it to the fallback, past the faults that are still to come.
      pace: { anthropic: { learn: false } },
      defaults: { ...config.defaults, ...hurried },
    }),
    misbehave: (step) =>
      simulator.play({
        sequence: [...spread(troubles[step]), ...outages[step]],
        when: { protocol: "anthropic" },
      }),
    behave: () => simulator.play([]),
    faults: () => {
      const { none: _none, ...faults } = simulator.report().byFault;
      return faults;
    },
    requests: () => simulator.report().requests,
    close: () => simulator.close(),
  };
}

/** The simulator answers in a moment, so the demo need not wait as long as one would for a real model. */
const hurried = {
  attempt: { total: "3s", headers: "1s", firstToken: "1s", silence: "1s" },
  retry: { attempts: 3, baseDelay: "100ms", maxDelay: "1s" },
  breaker: { failureRate: 0.6, minimumCalls: 6, window: "1s", cooldown: "500ms" },
} as const;

function spread(faults: readonly Fault[]): Fault[] {
  const pause = Array<Fault>(faultEvery - 1).fill("none");
  return faults.flatMap((fault) => [...pause, fault]);
}
