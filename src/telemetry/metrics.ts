import type { Attributes, Counter, Histogram, Meter } from "@opentelemetry/api";
import type { Call } from "../call/call.ts";
import type { CallEvent } from "../call/event.ts";
import { type EndedAttempt, endedAttempts } from "./attempts.ts";
import { isFailure, outcomeOf } from "./call-attributes.ts";
import type { Conventions } from "./rule.ts";
import { attributesOf } from "./target.ts";

/** Bucket boundaries as the conventions ask for them. */
const seconds = [
  0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
];
const tokens = Array.from({ length: 14 }, (_, power) => 4 ** power);

interface Instruments {
  readonly duration: Histogram;
  readonly firstChunk: Histogram;
  /** Counts the tokens of one attempt. */
  readonly tokens: (attempt: EndedAttempt, of: Attributes) => void;
  readonly calls: Counter;
  readonly attempts: Counter;
  readonly cost: Counter;
  readonly saved: Counter;
}

/** Counts and measures calls. `gen_ai` metrics are of what models were asked, `seam` metrics of what features asked. */
export class CallMetrics {
  readonly #instruments: Instruments;

  constructor(meter: Meter, conventions: Conventions) {
    this.#instruments = instrumentsOf(meter, conventions);
  }

  /** A call that went through the pipeline. */
  call(event: CallEvent, call: Call): void {
    if (event.parentId === null) this.root(event);
    if (event.source !== "model") return;
    const { duration, firstChunk } = this.#instruments;
    const asked = { ...attributesOf(call.targets[0]), ...answeredBy(event) };
    const failure = isFailure(event) ? { "error.type": outcomeOf(event) } : {};
    duration.record(event.latencyMs / 1_000, { ...asked, ...failure });
    if (event.mode === "stream" && event.firstTokenMs !== null) {
      firstChunk.record(event.firstTokenMs / 1_000, asked);
    }
    for (const ended of endedAttempts(event, call)) this.#attempt(ended, event);
  }

  /** A call as feature code sees it, whatever it took. */
  root(event: CallEvent): void {
    const { task, source, arm, savedUsd } = event;
    const of = {
      "seam.task": task,
      "seam.source": source,
      ...(arm !== null && { "seam.arm": arm }),
    };
    this.#instruments.calls.add(1, { ...of, "seam.outcome": outcomeOf(event) });
    if (savedUsd !== null) this.#instruments.saved.add(savedUsd, of);
  }

  #attempt(ended: EndedAttempt, event: CallEvent): void {
    const { attempt, target } = ended;
    const of = { "seam.task": event.task, "seam.target": attempt.target };
    this.#instruments.attempts.add(1, {
      ...of,
      "seam.attempt.kind": attempt.kind,
      "seam.attempt.outcome": attempt.outcome,
      "seam.priced": attempt.costUsd !== null,
    });
    if (attempt.costUsd !== null) this.#instruments.cost.add(attempt.costUsd, of);
    if (target === undefined) return;
    const isAnswer = attempt.outcome === "ok" && attempt.target === event.answeredBy;
    this.#instruments.tokens(ended, {
      ...attributesOf(target),
      ...(isAnswer && answeredBy(event)),
    });
  }
}

function answeredBy({ model }: CallEvent): Attributes {
  return model === null ? {} : { "gen_ai.response.model": model };
}

function instrumentsOf(meter: Meter, conventions: Conventions): Instruments {
  const prefix = conventions === "1.41" ? "gen_ai.client.operation" : "gen_ai.client.inference";
  const timer = (name: string, description: string): Histogram =>
    meter.createHistogram(name, {
      unit: "s",
      description,
      advice: { explicitBucketBoundaries: seconds },
    });
  const counter = (name: string, unit: string, description: string): Counter =>
    meter.createCounter(name, { unit, description });
  return {
    duration: timer(`${prefix}.duration`, "GenAI operation duration."),
    firstChunk: timer(`${prefix}.time_to_first_chunk`, "Time to receive the first chunk."),
    tokens: conventions === "1.41" ? tokenHistogram(meter) : tokenCounters(meter),
    calls: counter("seam.calls", "{call}", "Calls of features, however they were answered."),
    attempts: counter("seam.attempts", "{attempt}", "Requests to models, retries included."),
    cost: counter("seam.cost", "{USD}", "US dollars of the attempts whose cost is known."),
    saved: counter("seam.saved", "{USD}", "US dollars that cached and shared answers once cost."),
  };
}

/** Tokens as v1.41 has them: one histogram for both ways. */
function tokenHistogram(meter: Meter): Instruments["tokens"] {
  const usage = meter.createHistogram("gen_ai.client.token.usage", {
    unit: "{token}",
    description: "Number of input and output tokens used.",
    advice: { explicitBucketBoundaries: tokens },
  });
  return ({ attempt: { usage: used } }, of) => {
    if (used?.inputTokens != null) usage.record(used.inputTokens, { ...of, ...tokenType("input") });
    if (used?.outputTokens != null) {
      usage.record(used.outputTokens, { ...of, ...tokenType("output") });
    }
  };
}

function tokenType(type: "input" | "output"): Attributes {
  return { "gen_ai.token.type": type };
}

const usageCounters = [
  ["input_tokens", "inputTokens"],
  ["output_tokens", "outputTokens"],
  ["cache_read.input_tokens", "cachedTokens"],
  ["cache_write.input_tokens", "cacheWriteTokens"],
  ["reasoning.output_tokens", "reasoningTokens"],
] as const;

/**
 * Tokens as the newer conventions have them: what was not counted adds 0. No provider of ours tells them apart by
 * modality.
 */
function tokenCounters(meter: Meter): Instruments["tokens"] {
  const counters = usageCounters.map(
    ([name, count]) =>
      [
        meter.createCounter(`gen_ai.client.inference.usage.${name}`, { unit: "{token}" }),
        count,
      ] as const,
  );
  return ({ attempt: { usage } }, of) => {
    for (const [counter, count] of counters) {
      counter.add(usage?.[count] ?? 0, { ...of, "gen_ai.token.modality": "unknown" });
    }
  };
}
