import type { Ending } from "../../call/answer.ts";
import { fingerprintOf } from "../../call/canonical.ts";
import { errorOf, partialResponse, startNow, sumOf } from "../../call/compose-event.ts";
import type { CallEvent } from "../../call/event.ts";
import { currentFamily, type Family } from "../../call/family.ts";
import type { Tags } from "../../call/labels.ts";
import { addKnown, addUsage, type Usage } from "../../call/usage.ts";

/** What a run has used. */
export interface Spent {
  readonly usage: Usage;
  /** US dollars; `null` when unknown. */
  readonly cost: number | null;
  readonly ms: number;
}

interface SegmentOptions {
  readonly id: string;
  readonly task: string;
  readonly mode: CallEvent["mode"];
  readonly tags: Tags;
  /** The target that the config names first. */
  readonly target: string;
  /** What the run began with, for a segment that ends before a model is asked. */
  readonly prompt: CallEvent["prompt"];
  /** What the run had used before. */
  readonly before: Spent;
  /** The caller's. */
  readonly signal: AbortSignal;
}

/** A part of a run, up to its end or its pause: one event, from which those of its steps and tool calls hang. */
export class Segment {
  readonly id: string;
  readonly family: Family;
  readonly #options: SegmentOptions;
  readonly #parentId: string | null;
  readonly #start = startNow();
  readonly #heard: CallEvent[] = [];
  #tools = 0;

  constructor(options: SegmentOptions) {
    const outer = currentFamily();
    this.id = options.id;
    this.#options = options;
    this.#parentId = outer?.parentId ?? null;
    this.family = {
      parentId: options.id,
      traceId: outer?.traceId ?? options.id,
      add: (event) => {
        this.#heard.push(event);
        outer?.add(event);
      },
    };
  }

  /** The family of what a call of a tool asks for in its turn. */
  familyOf(toolEventId: string, add: (event: CallEvent) => void): Family {
    const { traceId } = this.family;
    return {
      parentId: toolEventId,
      traceId,
      add: (event) => {
        add(event);
        this.family.add(event);
      },
    };
  }

  /** One more call of a tool has its event. */
  addTool(): void {
    this.#tools += 1;
  }

  /** The event of a call that was made for this segment. */
  heard(id: string): CallEvent | undefined {
    return this.#heard.findLast((event) => event.id === id);
  }

  /** The target that gave the last step. */
  get answeredBy(): string {
    const { id, target } = this.#options;
    return this.#heard.findLast(({ parentId }) => parentId === id)?.answeredBy ?? target;
  }

  /** Of the whole run, the parts before this one included. */
  get spent(): Spent {
    const { usage, costUsd } = sumOf(this.#heard);
    const { before } = this.#options;
    return {
      usage: addUsage(before.usage, usage),
      cost: this.#heard.length === 0 ? before.cost : addKnown(before.cost, costUsd),
      ms: before.ms + performance.now() - this.#start.at,
    };
  }

  get attempts(): CallEvent["attempts"] {
    return sumOf(this.#heard).attempts;
  }

  /** The segment's event, once it has ended. */
  eventOf(ending: Ending): CallEvent {
    const { id, task, mode, tags, signal } = this.#options;
    const steps = this.#heard.filter(({ parentId }) => parentId === id);
    const [first] = steps;
    const last = steps.at(-1);
    const prompt = first?.prompt ?? this.#options.prompt;
    const isAnswered = ending.ok;
    return {
      id,
      parentId: this.#parentId,
      traceId: this.family.traceId,
      time: this.#start.time,
      task,
      pattern: "agent",
      mode,
      tags: { ...tags },
      arm: first?.arm ?? null,
      target: first?.target ?? this.#options.target,
      answeredBy: last?.answeredBy ?? null,
      model: last?.model ?? null,
      content: "full",
      prompt,
      response: isAnswered ? ending.result.content : partialResponse(ending),
      ...sumOf(this.#heard),
      latencyMs: performance.now() - this.#start.at,
      firstTokenMs:
        first === undefined || first.firstTokenMs === null
          ? null
          : first.time - this.#start.time + first.firstTokenMs,
      source: steps.some(({ source }) => source === "model") ? "model" : (last?.source ?? "model"),
      finishReason: isAnswered ? ending.result.finishReason.unified : null,
      ...errorOf(ending, { signal }),
      get fingerprint() {
        return first?.fingerprint ?? fingerprintOf(prompt);
      },
      get promptFingerprint() {
        return first?.promptFingerprint ?? null;
      },
      children: steps.length + this.#tools,
      repeatOf: null,
      tool: null,
    };
  }
}
