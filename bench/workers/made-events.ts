import { createHash } from "node:crypto";
import type { Attempt, CallEvent } from "llm-seam/events";

export interface MadeEvents {
  /** How many events there are in all, children included. */
  readonly count: number;
  /** They are spread over so many days, which end at `until`, in milliseconds since the epoch. */
  readonly days: number;
  readonly until: number;
}

const tasks = [
  { task: "classify-ticket", share: 0.3, pattern: "extract", cached: 0.2, ruled: 0.08 },
  { task: "reply", share: 0.25, pattern: "stream", cached: 0, ruled: 0 },
  { task: "summarize", share: 0.2, pattern: "complete", cached: 0.25, ruled: 0 },
  { task: "translate", share: 0.15, pattern: "stream", cached: 0.1, ruled: 0 },
  { task: "find-order", share: 0.07, pattern: "extract", cached: 0, ruled: 0.3 },
  { task: "agent-step", share: 0.03, pattern: "model", cached: 0, ruled: 0 },
] as const;

const targets = [
  { target: "anthropic/claude-haiku-4-5", model: "claude-haiku-4-5-20251001", usd: 1e-6 },
  { target: "anthropic/claude-sonnet-4-6", model: "claude-sonnet-4-6", usd: 3e-6 },
  { target: "openai/gpt-5-mini", model: "gpt-5-mini-2026-01-15", usd: 0.4e-6 },
  { target: "local/qwen3", model: "qwen3", usd: null },
] as const;

const failures = ["RateLimited", "Overloaded", "DeadlineExceeded", "Aborted", "Refused"] as const;
const channels = ["mail", "chat", "phone", "app"] as const;
const users = 5_000;

const words =
  "the order parcel never came and I waited eleven days for your hedge shears which the carrier says were " +
  "delivered to a neighbour I have no neighbour please tell me where it is or send the money back thank you";

/** Events as an app of some size leaves them, in the order in which their calls end. The same each time, but for ids. */
export function* madeEvents({ count, days, until }: MadeEvents): Generator<CallEvent, void, void> {
  const random = randomFrom(7);
  const spanMs = days * 86_400_000;
  for (let made = 0; made < count; ) {
    const time = Math.floor(until - spanMs + (made / count) * spanMs);
    for (const event of family(random, time, made, count - made)) {
      yield event;
      made++;
    }
  }
}

type Random = () => number;

/** One call of feature code: its children first, as they end first. */
function family(random: Random, time: number, number: number, most: number): CallEvent[] {
  const root = single(random, time, number);
  if (root.pattern !== "extract" || root.source !== "model" || random() > 0.15 || most < 3)
    return [root];
  const asks = [0, 1].map((ask) => ({
    ...single(random, time + ask * 900, number),
    ...pick(root, "task", "pattern", "mode", "tags", "arm", "target"),
    id: idOf(number, ask + 1),
    parentId: root.id,
    traceId: root.id,
    source: "model" as const,
    ...(ask === 0 && { errorCode: "InvalidOutput", errorMessage: "The answer fits no schema." }),
  }));
  const attempts = asks.flatMap((ask) => ask.attempts);
  return [...asks, { ...root, attempts, children: asks.length }];
}

function single(random: Random, time: number, number: number): CallEvent {
  const { task, pattern, cached, ruled } = weighted(random);
  const chance = random();
  const source = chance < cached ? "cache" : chance < cached + ruled ? "rule" : "model";
  const arm = task === "reply" ? (random() < 0.1 ? "canary" : "control") : null;
  const mode = pattern === "stream" ? "stream" : "generate";
  const first = targets[arm === "canary" ? 1 : task === "agent-step" ? 3 : 0];
  const asked = source === "model" ? answerOf(random, first, time) : fromNoModel;
  const question = `Ticket ${number}: ${text(random, 900)}`;
  const { answerer, usage, fails } = asked;
  const latencyMs = asked.latencyMs ?? random() * 0.2;
  const id = idOf(number, 0);
  return {
    id,
    parentId: null,
    traceId: id,
    time,
    task,
    pattern,
    mode,
    tags: {
      user: `u-${Math.floor(users * random() ** 3)}`,
      session: `s-${Math.floor(number / 6)}`,
      channel: channels[Math.floor(random() * channels.length)] ?? "mail",
      urgent: random() < 0.1,
    },
    arm,
    target: first.target,
    answeredBy: fails ? null : (answerer ?? first).target,
    model: fails ? null : (answerer ?? first).model,
    content: "full",
    prompt: {
      prompt: [
        { role: "system", content: `You ${task} for a shop. ${words.repeat(4)}` },
        { role: "user", content: [{ type: "text", text: question }] },
      ],
      maxOutputTokens: 1_024,
    },
    response: fails ? null : [{ type: "text", text: text(random, 60 + random() * 900) }],
    usage,
    costUsd: asked.costUsd,
    unpricedAttempts: asked.costUsd === null ? 1 : 0,
    savedUsd: source === "cache" ? 0.001 : null,
    latencyMs,
    firstTokenMs: mode === "stream" && source === "model" ? latencyMs * 0.3 : null,
    queuedMs: 0,
    source,
    attempts: asked.attempts,
    reroutes:
      answerer === undefined || answerer === first
        ? []
        : [{ from: first.target, to: answerer.target, reason: "Overloaded" }],
    resumes: [],
    finishReason: fails ? null : random() < 0.01 ? "length" : "stop",
    errorCode: fails ? (failures[Math.floor(random() * failures.length)] ?? null) : null,
    errorMessage: fails ? "No target answered. Try again later." : null,
    fingerprint: createHash("sha256").update(question).digest("hex"),
    promptFingerprint: createHash("sha256").update(task).digest("hex"),
    children: 0,
    repeatOf: null,
    tool: null,
    notes: [],
  };
}

type TargetMade = (typeof targets)[number];

interface Asked {
  readonly answerer: TargetMade | undefined;
  readonly fails: boolean;
  readonly usage: CallEvent["usage"];
  readonly costUsd: number | null;
  /** `undefined`: as good as none. */
  readonly latencyMs: number | undefined;
  readonly attempts: readonly Attempt[];
}

const noUsage = {
  inputTokens: 0,
  outputTokens: 0,
  cachedTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
};

const fromNoModel: Asked = {
  answerer: undefined,
  fails: false,
  usage: noUsage,
  costUsd: 0,
  latencyMs: undefined,
  attempts: [],
};

/** One request, or a second one after a failure, then and again to a fallback; log-normal latencies. */
function answerOf(random: Random, first: TargetMade, time: number): Asked {
  const fails = random() < 0.02;
  const isRetried = random() < 0.05;
  const answerer = isRetried && random() < 0.3 ? targets[2] : first;
  const latencyMs = 400 * Math.exp(normal(random) * 0.8 + 1);
  const inputTokens = 350 + Math.floor(random() * 500);
  const outputTokens = 20 + Math.floor(random() * 300);
  const usage = { ...noUsage, inputTokens, outputTokens };
  const costUsd = answerer.usd === null ? null : (inputTokens + 5 * outputTokens) * answerer.usd;
  const common = { kind: "ask", startedAt: time, firstTokenMs: null } as const;
  const overloaded = {
    outcome: "Overloaded",
    status: 529,
    error: "the provider answered 529: overloaded, try again later",
    usage: null,
    costUsd: 0,
  } as const;
  const ok = { outcome: "ok", status: 200, error: null, usage, costUsd } as const;
  const durationMs = latencyMs / (isRetried ? 2 : 1);
  const failed: Attempt = {
    ...common,
    ...overloaded,
    number: 1,
    target: first.target,
    durationMs,
    waitMs: 350,
  };
  const last: Attempt = {
    ...common,
    ...(fails ? overloaded : ok),
    number: isRetried ? 2 : 1,
    target: answerer.target,
    durationMs,
    waitMs: null,
  };
  const attempts = isRetried ? [failed, last] : [last];
  return { answerer, fails, usage, costUsd, latencyMs, attempts };
}

function weighted(random: Random): (typeof tasks)[number] {
  let left = random();
  for (const task of tasks) {
    if (left < task.share) return task;
    left -= task.share;
  }
  return tasks[0];
}

/** As long as a real id, and as they do, it sorts by time. */
function idOf(number: number, child: number): string {
  return `01k${String(number).padStart(14, "0")}${child}00`;
}

function text(random: Random, length: number): string {
  const from = Math.floor(random() * words.length);
  return words.repeat(Math.ceil((length + from) / words.length)).slice(from, from + length);
}

function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

function pick<Whole, Key extends keyof Whole>(whole: Whole, ...keys: Key[]): Pick<Whole, Key> {
  return Object.fromEntries(keys.map((key) => [key, whole[key]])) as Pick<Whole, Key>;
}

/** Mulberry32: the same numbers each time. */
function randomFrom(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
