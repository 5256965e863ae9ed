import { type Seam, SeamError } from "llm-seam";
import type { FaultPlan } from "llm-seam/simulator";
import { expect } from "vitest";
import { z } from "zod";
import type { FaultCase, Provider } from "./fault-table.ts";
import { collect, type Harness, type StoredEvent, settled, startHarness } from "./harness.ts";

export type Task = "one" | "two";
export type Pattern = "complete" | "stream" | "extract";

export const patterns: readonly Pattern[] = ["complete", "stream", "extract"];
export const reply = "Your order 4711 left our warehouse this morning.";
export const ticket = { category: "shipping", urgent: true, order: 4711 };
const schema = z.object({ category: z.string(), urgent: z.boolean(), order: z.int() });

export const models: Readonly<Record<Provider, readonly [first: string, second: string]>> = {
  anthropic: ["claude-haiku-4-5", "claude-sonnet-4-5"],
  openai: ["gpt-4.1-mini", "gpt-4.1"],
  local: ["qwen3", "llama3.3"],
};

export const baseDelayMs = 2;
/** Short for faults that never answer; long enough for a good answer on a busy machine. */
export const silentLimitMs = 600;

/** The attempts that one target gets: fewer when each of them takes its time. */
export function attemptsUnder({ silent }: FaultCase): number {
  return silent ? 2 : 3;
}

export async function start(provider: Provider, limit: "10s" | number): Promise<Harness<Task>> {
  const [first, second] = models[provider];
  const model = `${provider}/${first}`;
  const harness = await startHarness<Task>(
    {
      tasks: { one: { model }, two: { model, fallbacks: [`${provider}/${second}`] } },
      defaults: {
        cache: true,
        retry: {
          attempts: limit === silentLimitMs ? 2 : 3,
          baseDelay: baseDelayMs,
          budget: false,
        },
        breaker: false,
        attempt: { total: limit, headers: limit, firstToken: limit, silence: limit },
      },
    },
    {
      script: {
        replies: [
          { match: { schema: "category" }, reply: { type: "json", value: ticket } },
          { reply },
        ],
      },
    },
  );
  // Loading the provider's package counts towards the first attempt: it shall not decide a test.
  await harness.seam.complete("two", { prompt: "warm up", limits: { attempt: { total: "10s" } } });
  return harness;
}

export interface Outcome {
  /** The text as it came, or the value. */
  readonly got: unknown;
  readonly error: unknown;
  readonly finish: string | undefined;
  readonly source: string | undefined;
  readonly event: StoredEvent;
}

export interface Scene {
  readonly harness: Harness<Task>;
  readonly provider: Provider;
  readonly pattern: Pattern;
  readonly task: Task;
  readonly prompt: string;
  readonly faults: FaultPlan;
}

/** Makes the call and reads its event. */
export async function call({ harness, pattern, task, prompt }: Scene): Promise<Outcome> {
  const { got, error, id, finish, source } = await ask(harness.seam, pattern, task, prompt);
  return { got, error, finish, source, event: await harness.event(id) };
}

async function ask(seam: Seam<Task>, pattern: Pattern, task: Task, prompt: string) {
  if (pattern === "stream") {
    const stream = seam.stream(task, { prompt });
    const { pieces, error } = await collect(stream);
    const result = error === undefined ? await stream.result : undefined;
    if (result !== undefined) expect(result.text).toBe(pieces.join(""));
    else await expect(stream.result).rejects.toBe(error);
    return {
      got: pieces.join(""),
      error,
      id: stream.callId,
      finish: result?.finishReason,
      source: result?.source,
    };
  }
  try {
    const result =
      pattern === "complete"
        ? await seam.complete(task, { prompt })
        : await seam.extract(task, { prompt, schema });
    const { callId: id, finishReason: finish, source } = result;
    return {
      got: "text" in result ? result.text : result.value,
      error: undefined,
      id,
      finish,
      source,
    };
  } catch (error) {
    if (!SeamError.is(error) || error.callId === undefined) throw error;
    return { got: undefined, error, id: error.callId, finish: undefined, source: undefined };
  }
}

export async function play(scene: Scene): Promise<Outcome> {
  const { simulator } = scene.harness;
  await settled(simulator);
  simulator.clear();
  simulator.play(scene.faults);
  return call(scene);
}
