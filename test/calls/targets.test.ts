import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createOpenAI } from "@ai-sdk/openai";
import type { LanguageModelV4 } from "@ai-sdk/provider";
import { createSeam } from "llm-seam";
import { startSimulator } from "llm-seam/simulator";
import { describe, expect, test } from "vitest";
import { rejection, startHarness } from "../support/harness.ts";

/** A port that nobody listens on. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe("a provider that cannot be reached", () => {
  test("is tried as often as the rule says, costs nothing, and gives way to the fallback", async () => {
    const port = await closedPort();
    await using harness = await startHarness({
      tasks: {
        alone: { model: "gone/m" },
        backed: { model: "gone/m", fallbacks: ["anthropic/claude-haiku-4-5"] },
      },
      providers: {
        gone: { kind: "anthropic", baseURL: `http://127.0.0.1:${port}/v1`, apiKey: "test-key" },
      },
      defaults: { retry: { attempts: 3, baseDelay: 1 } },
    });
    const error = await rejection(harness.seam.complete("alone", { prompt: "hello" }));
    expect(error).toMatchObject({
      code: "ProviderUnavailable",
      message: expect.stringContaining("could not be reached (ECONNREFUSED)"),
    });
    expect(await harness.lastEvent()).toMatchObject({
      attempt_count: 3,
      cost_usd: 0,
      unpriced_attempts: 0,
      attempts: [{ status: null, costUsd: 0 }, {}, {}],
    });
    const { target } = await harness.seam.complete("backed", { prompt: "hello" });
    expect(target).toBe("anthropic/claude-haiku-4-5");
  });
});

describe("a model of the AI SDK as a target", () => {
  test("is called under every policy, and named by its provider and id", async () => {
    await using simulator = await disposable();
    const { chat } = createOpenAI({ baseURL: simulator.baseURL, apiKey: "test-key" });
    await using harness = await startHarness({
      tasks: { ask: { model: chat("gpt-4.1-mini"), retry: { attempts: 2, baseDelay: 1 } } },
    });
    simulator.play(["status-500"]);
    const { target, cost } = await harness.seam.complete("ask", { prompt: "hello" });
    expect(target).toBe("openai.chat/gpt-4.1-mini");
    expect(cost).toBeGreaterThan(0);
    expect(simulator.requests).toHaveLength(2);
  });

  test("shares no answer with another instance of the same name at another address", async () => {
    await using first = await disposable();
    await using second = await disposable();
    const modelAt = (baseURL: string): LanguageModelV4 =>
      createOpenAI({ baseURL, apiKey: "test-key" }).chat("gpt-4.1-mini");
    await using seam = createSeam({
      tasks: { one: { model: modelAt(first.baseURL) }, two: { model: modelAt(second.baseURL) } },
      defaults: { cache: true },
      store: false,
    });
    const sources: string[] = [];
    for (const task of ["one", "two", "one", "two"] as const) {
      sources.push((await seam.complete(task, { prompt: "hello" })).source);
    }
    expect(sources).toEqual(["model", "model", "cache", "cache"]);
    expect([first.requests.length, second.requests.length]).toEqual([1, 1]);
  });

  test("that ignores its abort signal does not hold a call up", async () => {
    const deaf: LanguageModelV4 = {
      specificationVersion: "v4",
      provider: "deaf",
      modelId: "m",
      supportedUrls: {},
      doGenerate: () => new Promise(() => {}),
      doStream: () => new Promise(() => {}),
    };
    const seam = createSeam({ tasks: { ask: { model: deaf, deadline: 60 } }, store: false });
    const options = { prompt: "hello" };
    expect(await rejection(seam.complete("ask", options))).toMatchObject({ limit: "deadline" });
    expect(await rejection(seam.stream("ask", options).result)).toMatchObject({
      limit: "deadline",
    });
  });

  test("whose stream ignores cancelling does not hold a reader up", async () => {
    const stuck: LanguageModelV4 = {
      specificationVersion: "v4",
      provider: "stuck",
      modelId: "m",
      supportedUrls: {},
      doGenerate: () => Promise.reject(new Error("not used")),
      doStream: () =>
        Promise.resolve({
          stream: new ReadableStream({
            start(controller) {
              controller.enqueue({ type: "stream-start", warnings: [] });
              controller.enqueue({ type: "text-start", id: "1" });
              controller.enqueue({ type: "text-delta", id: "1", delta: "half" });
            },
            cancel: () => new Promise(() => {}),
          }),
        }),
    };
    const seam = createSeam({
      tasks: { ask: { model: stuck, attempt: { silence: 60 } } },
      store: false,
    });
    const error = await rejection(seam.stream("ask", { prompt: "hello" }).result);
    expect(error).toMatchObject({
      code: "StreamInterrupted",
      text: "half",
      cause: { limit: "silence" },
    });
  });

  test("that throws something strange still gives an error with a code", async () => {
    for (const thrown of ["text", undefined, null, 5, { message: "odd" }, new TypeError("bug")]) {
      const odd: LanguageModelV4 = {
        specificationVersion: "v4",
        provider: "odd",
        modelId: "m",
        supportedUrls: {},
        doGenerate: () => rejecting(thrown),
        doStream: () => rejecting(thrown),
      };
      const seam = createSeam({ tasks: { ask: { model: odd, retry: false } }, store: false });
      const error = await rejection(seam.complete("ask", { prompt: "hello" }));
      expect(error).toMatchObject({ code: expect.any(String), attempts: { length: 1 } });
    }
  });
});

async function disposable() {
  const simulator = await startSimulator();
  return Object.assign(simulator, { [Symbol.asyncDispose]: () => simulator.close() });
}

/** Rejects with anything, as JavaScript may. */
function rejecting(reason: unknown): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  reject(reason);
  return promise;
}
