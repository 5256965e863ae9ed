import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type CompleteResult, createSeam } from "llm-seam";
import type { SimulationOptions } from "llm-seam/simulator";
import { afterEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import {
  collect,
  type Harness,
  rejection,
  settled,
  simulatedProviders,
  startHarness,
} from "../support/harness.ts";

const reply = "Your order 4711 left our warehouse this morning.";
const model = "anthropic/claude-haiku-4-5";
const tasks = {
  ask: { model, retry: { attempts: 2, baseDelay: 1 } },
  tenantA: { model, cache: { namespace: "a" } },
  tenantB: { model, cache: { namespace: "b" } },
  hour: { model, cache: { ttl: "1h" } },
  warm: { model, settings: { temperature: 1 } },
  other: { model: "openai/gpt-4.1-mini" },
  uncached: { model, cache: false },
} as const;
type Task = keyof typeof tasks;

const start = (simulation: SimulationOptions = {}): Promise<Harness<Task>> =>
  startHarness(
    { tasks, defaults: { cache: true } },
    { script: { replies: [{ reply }] }, ...simulation },
  );

/** Slow enough that all callers have come before the answer does. */
const unhurried: SimulationOptions = { pace: { firstTokenMs: 150 } };
const schema = z.object({ order: z.int() });

afterEach(() => {
  vi.useRealTimers();
});

describe("what is kept", () => {
  test("an answer is the same for complete and stream, whichever asked first", async () => {
    await using harness = await start();
    const { seam, simulator } = harness;
    const whole = await seam.complete("ask", { prompt: "one" });
    const replayed = seam.stream("ask", { prompt: "one" });
    expect((await collect(replayed)).pieces.join("")).toBe(reply);
    expect(await replayed.result).toMatchObject({ source: "cache", cost: 0, finishReason: "stop" });

    const streamed = seam.stream("ask", { prompt: "two" });
    await collect(streamed);
    const again = await seam.complete("ask", { prompt: "two" });
    expect(again).toMatchObject({
      text: reply,
      source: "cache",
      cost: 0,
      target: model,
      usage: { inputTokens: 0, outputTokens: 0 },
    });
    expect(simulator.requests).toHaveLength(2);
    const event = await harness.event(again.callId);
    expect(event).toMatchObject({
      source: "cache",
      cost_usd: 0,
      attempt_count: 0,
      model: "claude-haiku-4-5",
    });
    expect(event["saved_usd"]).toBeCloseTo((await streamed.result).cost ?? Number.NaN, 10);
    expect(whole.cost).toBeGreaterThan(0);
  });

  test.each([
    ["a refusal", "refusal"],
    ["a truncated answer", "length"],
    ["an error", "status-400"],
    ["an empty answer", "empty-answer"],
  ] as const)("%s is not, of complete or stream", async (_name, fault) => {
    await using harness = await start();
    const { seam, simulator } = harness;
    for (const prompt of ["complete", "stream"]) {
      simulator.play({ sequence: [], afterwards: fault });
      for (let round = 0; round < 2; round++) {
        const before = simulator.requests.length;
        if (prompt === "complete") await seam.complete("ask", { prompt }).catch(() => {});
        else await collect(seam.stream("ask", { prompt }));
        expect(simulator.requests.length).toBeGreaterThan(before);
      }
      simulator.play([]);
      expect((await seam.complete("ask", { prompt })).source).toBe("model");
    }
  });

  test("an answer that failed validation is not, not even for complete", async () => {
    await using harness = await start({
      script: { replies: [{ reply: { type: "json", value: { order: "soon" } } }] },
    });
    const { seam, simulator } = harness;
    const error = await rejection(seam.extract("ask", { prompt: "order?", schema }));
    expect(error).toMatchObject({ code: "InvalidOutput" });
    simulator.script({ replies: [{ reply: { type: "json", value: { order: 4711 } } }] });
    const good = await seam.extract("ask", { prompt: "order?", schema });
    expect(good).toMatchObject({ value: { order: 4711 }, source: "model" });
    const again = await seam.extract("ask", { prompt: "order?", schema });
    expect(again).toMatchObject({ value: { order: 4711 }, source: "cache" });
  });

  test("an answer that a stricter schema of the same shape rejects is asked for anew", async () => {
    await using harness = await start({
      script: {
        replies: [
          { reply: { type: "json", value: { order: 4711 } }, times: 1 },
          { reply: { type: "json", value: { order: 4712 } } },
        ],
      },
    });
    const even = z.object({
      order: z.int().refine((order) => order % 2 === 0, "expected an even number"),
    });
    await harness.seam.extract("ask", { prompt: "order?", schema });
    const strict = await harness.seam.extract("ask", { prompt: "order?", schema: even });
    expect(strict).toMatchObject({ value: { order: 4712 }, source: "model" });
    const { notes } = await harness.event(strict.callId);
    expect(notes).toContain("The cached answer is no longer accepted");
  });

  test("what differs in target, settings, namespace or call does not share an answer", async () => {
    await using harness = await start();
    const { seam, simulator } = harness;
    const prompt = "the same";
    const sources: string[] = [];
    const ask = async (task: Task, more: Parameters<typeof seam.complete>[1] = {}) =>
      sources.push((await seam.complete(task, { prompt, ...more })).source);
    await ask("ask");
    for (const task of ["tenantA", "tenantB", "warm", "other", "uncached"] as const)
      await ask(task);
    await ask("ask", { cache: { namespace: "tenant-7" } });
    await ask("ask", { system: "Be brief." });
    await ask("ask", { settings: { maxOutputTokens: 500 } });
    await ask("ask", {
      settings: { providerOptions: { anthropic: { thinking: { type: "disabled" } } } },
    });
    expect(sources).toEqual(Array(10).fill("model"));
    expect(simulator.requests).toHaveLength(10);
    await ask("ask");
    await ask("ask", {
      tags: { user: "u2" },
      headers: { "x-request-id": "7" },
      signal: new AbortController().signal,
    });
    await ask("ask", { cache: { namespace: "tenant-7" } });
    expect(sources.slice(10)).toEqual(["cache", "cache", "cache"]);
  });

  test("a call may pass the cache by, or renew what it holds", async () => {
    let answers = 0;
    await using harness = await start({
      script: { replies: [{ reply: () => `answer ${++answers}` }] },
    });
    const text = async (cache?: false | "refresh") =>
      (await harness.seam.complete("ask", { prompt: "one", cache })).text;
    expect(await text()).toBe("answer 1");
    expect(await text(false)).toBe("answer 2");
    expect(await text()).toBe("answer 1");
    expect(await text("refresh")).toBe("answer 3");
    expect(await text()).toBe("answer 3");
  });

  test("an answer is forgotten when its time is over, in memory and in the file", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    await using harness = await start();
    const ask = async () => (await harness.seam.complete("hour", { prompt: "how long?" })).source;
    expect(await ask()).toBe("model");
    vi.setSystemTime(Date.now() + 3_599_000);
    expect(await ask()).toBe("cache");
    vi.setSystemTime(Date.now() + 2_000);
    expect(await ask()).toBe("model");
    expect(await ask()).toBe("cache");
  });

  test("an answer survives a restart", async () => {
    await using harness = await start();
    await harness.seam.complete("ask", { prompt: "keep" });
    await collect(harness.seam.stream("ask", { prompt: "keep the stream" }));
    await harness.seam.close();
    await using next = createSeam({
      tasks,
      defaults: { cache: true },
      store: harness.file,
      providers: simulatedProviders(harness.simulator),
    });
    expect((await next.complete("ask", { prompt: "keep" })).source).toBe("cache");
    const streamed = await next.complete("ask", { prompt: "keep the stream" });
    expect(streamed).toMatchObject({ source: "cache", text: reply });
    expect(harness.simulator.requests).toHaveLength(2);
  });
});

describe("identical calls in flight", () => {
  test("share one request, and one of them pays", async () => {
    await using harness = await start(unhurried);
    const calls = Array.from({ length: 20 }, () => harness.seam.complete("ask", { prompt: "all" }));
    const results = await Promise.all(calls);
    expect(harness.simulator.requests).toHaveLength(1);
    expect(results.map(({ text }) => text)).toEqual(Array(20).fill(reply));
    const events = await harness.events();
    const paid = events.filter(({ source }) => source === "model");
    expect(paid).toMatchObject([{ attempt_count: 1 }]);
    const cost = Number(paid[0]?.["cost_usd"]);
    for (const event of events.filter(({ source }) => source === "coalesced")) {
      expect(event).toMatchObject({
        cost_usd: 0,
        saved_usd: cost,
        attempt_count: 0,
        answered_by: model,
      });
    }
    expect(events).toHaveLength(20);
    expect(totalOf(results)).toBeCloseTo(cost, 12);
  });

  test("share one stream, from its start, also for those who come late", async () => {
    await using harness = await start({ pace: { tokensPerSecond: 100 } });
    const first = harness.seam.stream("ask", { prompt: "all" });
    const texts: string[] = [];
    let late: Promise<{ pieces: string[] }> | undefined;
    for await (const piece of first) {
      texts.push(piece);
      late ??= collect(harness.seam.stream("ask", { prompt: "all" }));
    }
    expect(texts.join("")).toBe(reply);
    expect((await late)?.pieces.join("")).toBe(reply);
    expect(harness.simulator.requests).toHaveLength(1);
  });

  test("fail together, each with an error of its own call", async () => {
    await using harness = await start({
      pace: {},
      faults: { sequence: [], afterwards: { type: "in-band-error", afterTokens: 2 } },
    });
    const streams = Array.from({ length: 3 }, () => harness.seam.stream("ask", { prompt: "all" }));
    const errors = await Promise.all(streams.map(({ result }) => rejection(result)));
    for (const [index, error] of errors.entries()) {
      expect(error).toMatchObject({
        code: "StreamInterrupted",
        text: "Your ord",
        callId: streams[index]?.callId,
      });
    }
    harness.simulator.play({ sequence: [], afterwards: "status-400" });
    const failed = await Promise.all(
      Array.from({ length: 3 }, () => rejection(harness.seam.complete("ask", { prompt: "all" }))),
    );
    const ids = failed.map((error) => (error as { callId?: string }).callId);
    expect(new Set(ids).size).toBe(3);
  });

  test("of other namespaces are asked for themselves", async () => {
    await using harness = await start(unhurried);
    const { seam } = harness;
    await Promise.all([
      seam.complete("tenantA", { prompt: "mine" }),
      seam.complete("tenantB", { prompt: "mine" }),
      seam.complete("ask", { prompt: "mine", cache: { namespace: "c" } }),
    ]);
    expect(harness.simulator.requests).toHaveLength(3);
  });

  test("without a cache are asked for themselves", async () => {
    await using harness = await start(unhurried);
    const { seam } = harness;
    await Promise.all([1, 2, 3].map(() => seam.complete("uncached", { prompt: "mine" })));
    expect(harness.simulator.requests).toHaveLength(3);
  });

  test.each(["complete", "stream"] as const)(
    "%s: the first one's abort leaves the request to the next, who pays for it",
    async (pattern) => {
      await using harness = await start(unhurried);
      const first = new AbortController();
      const leader = ask(harness, pattern, "shared", first.signal);
      const follower = ask(harness, pattern, "shared");
      await vi.waitFor(() => expect(harness.simulator.requests).toHaveLength(1));
      first.abort(new Error("gone"));
      expect(await rejection(leader)).toMatchObject({ message: "gone" });
      const { text, source, callId, cost } = await follower;
      expect({ text, source }).toEqual({ text: reply, source: "model" });
      expect(cost).toBeGreaterThan(0);
      expect(harness.simulator.requests).toMatchObject([{ closedByClient: false }]);
      expect(await harness.event(callId)).toMatchObject({
        source: "model",
        attempts: [{ outcome: "ok" }],
      });
      const aborted = (await harness.events()).find(({ error_code }) => error_code === "Aborted");
      expect(aborted).toMatchObject({ attempts: [{ outcome: "running" }] });
    },
  );

  test.each(["complete", "stream"] as const)(
    "%s: the last one's abort reaches the provider, and the next call asks anew",
    async (pattern) => {
      await using harness = await start({ faults: ["body-silence"] });
      const controllers = [new AbortController(), new AbortController(), new AbortController()];
      const calls = controllers.map(({ signal }) =>
        rejection(ask(harness, pattern, "shared", signal)),
      );
      await vi.waitFor(() => expect(harness.simulator.requests).toHaveLength(1));
      controllers[0]?.abort(new Error("gone"));
      controllers[1]?.abort(new Error("gone"));
      await Promise.all(calls.slice(0, 2));
      expect(harness.simulator.inFlight).toBe(1);
      controllers[2]?.abort(new Error("gone"));
      await calls[2];
      await settled(harness.simulator);
      expect(harness.simulator.requests).toMatchObject([{ closedByClient: true }]);
      expect((await ask(harness, pattern, "shared")).text).toBe(reply);
    },
  );

  test("each keep their own deadline: the shorter one ends without the longer", async () => {
    await using harness = await start({ pace: { firstTokenMs: 400 } });
    const patient = harness.seam.complete("ask", { prompt: "both" });
    const hasty = harness.seam.complete("ask", { prompt: "both", limits: { deadline: 80 } });
    expect(await rejection(hasty)).toMatchObject({
      code: "DeadlineExceeded",
      limit: "deadline",
      limitMs: 80,
    });
    expect((await patient).text).toBe(reply);
    expect(harness.simulator.requests).toHaveLength(1);
  });

  test("one who leaves before the first has a request sent leaves no call hanging", async () => {
    await using harness = await start();
    const controller = new AbortController();
    const left = rejection(
      harness.seam.complete("ask", { prompt: "quick", signal: controller.signal }),
    );
    const stays = harness.seam.complete("ask", { prompt: "quick" });
    controller.abort(new Error("gone"));
    await left;
    expect((await stays).text).toBe(reply);
  });
});

describe("a store that cannot be used", () => {
  test("fails no call, is counted, and the memory goes on", async () => {
    const warning = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    await using harness = await start();
    const directory = join(harness.folder, "is-a-directory.db");
    await mkdir(directory);
    await using seam = createSeam({
      tasks,
      defaults: { cache: true },
      store: directory,
      providers: simulatedProviders(harness.simulator),
    });
    expect((await seam.complete("ask", { prompt: "anyway" })).text).toBe(reply);
    expect((await seam.complete("ask", { prompt: "anyway" })).source).toBe("cache");
    await collect(seam.stream("ask", { prompt: "anyway, streamed" }));
    expect(Object.keys(seam.troubles()).join()).toContain("could not be opened");
    expect(warning).toHaveBeenCalledTimes(1);
  });
});

async function ask(
  { seam }: Harness<Task>,
  pattern: "complete" | "stream",
  prompt: string,
  signal?: AbortSignal,
): Promise<CompleteResult> {
  if (pattern === "complete") return seam.complete("ask", { prompt, signal });
  const stream = seam.stream("ask", { prompt, signal });
  const { error } = await collect(stream);
  if (error instanceof Error) throw error;
  return stream.result;
}

function totalOf(results: readonly CompleteResult[]): number {
  return results.reduce((sum, { cost }) => sum + (cost ?? 0), 0);
}
