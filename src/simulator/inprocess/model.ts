import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
  LanguageModelV4StreamResult,
} from "@ai-sdk/provider";
import { type Answer, emptyAnswer } from "../draft.ts";
import { type FaultName, faultLabel } from "../faults/fault.ts";
import type { FaultPlan } from "../faults/plan.ts";
import type { SimulationOptions } from "../options.ts";
import { sleep, type Timing } from "../pace.ts";
import type { Script } from "../script.ts";
import { createSimulation, type Turn } from "../simulation.ts";
import { firstEventFailure, httpFailure, networkFailure, unreadableFailure } from "./failures.ts";
import { contentOf, finishReasonOf, usageOf } from "./parts.ts";
import { readCallOptions } from "./read-options.ts";
import { silence, streamParts } from "./stream-parts.ts";

/** What an in-process model answers, and under which name. */
export interface SimulatedModelOptions extends SimulationOptions {
  /** Default: "simulator". */
  readonly provider?: string;
  /** Default: "simulated". */
  readonly modelId?: string;
}

/** One call of an in-process model, as it went. */
export interface SimulatedCall {
  readonly index: number;
  readonly stream: boolean;
  readonly task: string | undefined;
  readonly options: LanguageModelV4CallOptions;
  readonly fault: FaultName;
  /** What the model said, after the fault; undefined when the fault left nothing to say. */
  readonly answer: Answer | undefined;
  /** `performance.now()`. */
  readonly startedAt: number;
  /** `performance.now()`; undefined while the call runs. */
  readonly finishedAt: number | undefined;
  /** The caller aborted, or cancelled the stream, before it was complete. */
  readonly aborted: boolean;
}

/** A LanguageModelV4 that follows a script, in this process and without a socket. */
export type SimulatedModel = LanguageModelV4 & {
  readonly calls: readonly SimulatedCall[];
  /** Replaces the fault plan and starts it from its beginning. */
  play(faults: FaultPlan): void;
  /** Replaces the script; all its `times` are unused. */
  script(script: Script): void;
};

type OpenCall = { -readonly [Key in keyof SimulatedCall]: SimulatedCall[Key] };

/**
 * The simulator without HTTP: same scripts, same default replies, same faults. A fault that only
 * exists on the wire does what the provider packages make of it, e.g. `drop` rejects with a network
 * error and `clean-end-early` finishes as `interrupted`. Throws when the fault plan is not valid.
 *
 * @example
 * const model = simulatedModel({ script: { replies: [{ reply: "Hello." }] } });
 * const { text } = await generateText({ model, prompt: "Hi" });
 */
export function simulatedModel(options: SimulatedModelOptions = {}): SimulatedModel {
  const { provider = "simulator", modelId = "simulated" } = options;
  const simulation = createSimulation(options);
  const calls: SimulatedCall[] = [];

  const begin = async (callOptions: LanguageModelV4CallOptions, stream: boolean) => {
    const request = readCallOptions(callOptions, modelId, stream);
    const turn = simulation.take(request);
    const call: OpenCall = {
      index: calls.length,
      stream,
      task: request.task,
      options: callOptions,
      fault: faultLabel(turn.fault),
      answer: undefined,
      startedAt: performance.now(),
      finishedAt: undefined,
      aborted: false,
    };
    calls.push(call);
    call.answer = await turn.answer();
    return { call, turn, serial: `sim${String(calls.length).padStart(6, "0")}` };
  };

  return {
    specificationVersion: "v4",
    provider,
    modelId,
    supportedUrls: {},
    calls,
    play: simulation.play,
    script: simulation.script,
    async doGenerate(callOptions) {
      const { call, turn, serial } = await begin(callOptions, false);
      const signal = callOptions.abortSignal ?? neverAborts();
      try {
        return await generate(turn, call.answer, { serial, modelId, signal });
      } finally {
        end(call, signal);
      }
    },
    async doStream(callOptions) {
      const { call, turn, serial } = await begin(callOptions, true);
      const signal = callOptions.abortSignal ?? neverAborts();
      try {
        await rejectBeforeStream(turn, signal);
      } catch (error) {
        end(call, signal);
        throw error;
      }
      const plan = { ...turn, answer: call.answer, serial, modelId };
      return toStream(call, signal, (left) => streamParts(plan, left));
    },
  };
}

function neverAborts(): AbortSignal {
  return new AbortController().signal;
}

function end(call: OpenCall, signal: AbortSignal): void {
  call.aborted = signal.aborted && call.finishedAt === undefined;
  call.finishedAt ??= performance.now();
}

async function generate(
  { fault, timing }: Turn,
  answer: Answer = emptyAnswer,
  { serial, modelId, signal }: { serial: string; modelId: string; signal: AbortSignal },
): Promise<LanguageModelV4GenerateResult> {
  signal.throwIfAborted();
  const failure = httpFailure(fault);
  if (failure) throw failure;
  switch (fault.type) {
    case "header-silence":
    case "body-silence":
    case "pings-only":
    case "stall":
      return await silence(signal);
    case "drop":
      throw networkFailure(fault.afterTokens ? "inside" : "before");
    case "clean-end-early":
    case "in-band-error":
    case "malformed-json":
    case "truncated-json":
    case "empty-body":
    case "error-200":
      throw unreadableFailure(fault);
    default:
      return await reply(answer, timing, { serial, modelId, signal });
  }
}

async function reply(
  answer: Answer,
  timing: Timing,
  { serial, modelId, signal }: { serial: string; modelId: string; signal: AbortSignal },
): Promise<LanguageModelV4GenerateResult> {
  const tokens = Math.max(0, answer.usage.outputTokens - 1);
  const waitMs = timing.headersMs + timing.firstTokenMs + timing.perTokenMs * tokens;
  if (waitMs > 0) await sleep(waitMs, signal);
  signal.throwIfAborted();
  return {
    content: contentOf(answer, serial),
    finishReason: finishReasonOf(answer),
    usage: usageOf(answer),
    response: { id: serial, modelId },
    warnings: [],
  };
}

/** Faults that show before a stream exists. */
async function rejectBeforeStream({ fault }: Turn, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const failure = httpFailure(fault);
  if (failure) throw failure;
  if (fault.type === "header-silence") await silence(signal);
  if (fault.type === "drop" && !fault.afterTokens) throw networkFailure("before");
  if (fault.type === "in-band-error" && !fault.afterTokens) throw firstEventFailure(fault);
}

function toStream(
  call: OpenCall,
  signal: AbortSignal,
  start: (signal: AbortSignal) => AsyncGenerator<LanguageModelV4StreamPart, void, undefined>,
): LanguageModelV4StreamResult {
  const cancelled = new AbortController();
  const left = AbortSignal.any([signal, cancelled.signal]);
  const parts = start(left);
  const stream = new ReadableStream<LanguageModelV4StreamPart>({
    async pull(controller) {
      try {
        const { done, value } = await parts.next();
        if (!done) return controller.enqueue(value);
        end(call, left);
        controller.close();
      } catch (error) {
        end(call, left);
        throw error;
      }
    },
    cancel(reason) {
      cancelled.abort(reason);
      end(call, left);
    },
  });
  return { stream };
}
