import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import { createSeam, SeamError } from "llm-seam";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { collect, type Harness, readEvents, rejection, startHarness } from "../support/harness.ts";

const tasks = {
  ask: { model: "anthropic/claude-haiku-4-5" },
  openai: { model: "openai/gpt-4.1-mini" },
} as const;
let harness: Harness<keyof typeof tasks>;

beforeEach(async () => {
  harness = await startHarness({ tasks, defaults: { retry: { attempts: 2, baseDelay: 1 } } });
});
afterEach(() => harness[Symbol.asyncDispose]());

test("an event says what was asked, what came back, how long it took and what it cost", async () => {
  harness.simulator.script({
    replies: [
      {
        reply: {
          type: "text",
          text: "Good morning.",
          usage: {
            inputTokens: 1_000,
            outputTokens: 200,
            cachedInputTokens: 400,
            cacheWriteTokens: 100,
          },
        },
      },
    ],
  });
  const before = Date.now();
  const { callId, cost } = await harness.seam.complete("ask", {
    system: "Be polite.",
    prompt: "Say good morning.",
    settings: { temperature: 0.2 },
    tags: { user: "u1", session: "s1", feature: "greeting", beta: true, shard: 3 },
  });
  const event = await harness.event(callId);
  expect(event).toMatchObject({
    parent_id: null,
    trace_id: callId,
    task: "ask",
    pattern: "complete",
    mode: "generate",
    user: "u1",
    session: "s1",
    tags: { feature: "greeting", beta: true, shard: 3 },
    target: "anthropic/claude-haiku-4-5",
    answered_by: "anthropic/claude-haiku-4-5",
    model: "claude-haiku-4-5",
    prompt: {
      temperature: 0.2,
      prompt: [
        { role: "system", content: "Be polite." },
        { role: "user", content: [{ type: "text", text: "Say good morning." }] },
      ],
    },
    response: [{ type: "text", text: "Good morning." }],
    input_tokens: 1_000,
    output_tokens: 200,
    cached_tokens: 400,
    cache_write_tokens: 100,
    finish_reason: "stop",
    source: "model",
    children: 0,
  });
  // Haiku 4.5: 1 dollar in, 5 out, a tenth for cached, 1.25 for written, each for a million tokens.
  expect(event["cost_usd"]).toBeCloseTo((500 + 40 + 125 + 1_000) / 1e6, 12);
  expect(cost).toBe(event["cost_usd"]);
  expect(Number(event["time"])).toBeGreaterThanOrEqual(before);
  expect(Number(event["latency_ms"])).toBeGreaterThan(0);
  expect(Number(event["first_token_ms"])).toBeLessThanOrEqual(Number(event["latency_ms"]));
  expect(event.fingerprint).toMatch(/^[0-9a-f]{64}$/);
});

test("a failed attempt whose bill is unknown is counted, not taken for free", async () => {
  harness.simulator.play([{ type: "drop", afterTokens: 2 }, "status-500"]);
  const failed = await rejection(harness.seam.complete("ask", { prompt: "one" }));
  expect(failed).toBeInstanceOf(SeamError);
  expect(await harness.lastEvent()).toMatchObject({
    cost_usd: 0,
    unpriced_attempts: 1,
    attempts: [{ costUsd: null }, { costUsd: 0 }],
  });
});

test("an unknown price is unknown, never 0", async () => {
  await using local = await startHarness({ tasks: { ask: { model: "local/qwen3" } } });
  const { cost, callId } = await local.seam.complete("ask", { prompt: "one" });
  expect(cost).toBeNull();
  expect(await local.event(callId)).toMatchObject({ cost_usd: null, unpriced_attempts: 1 });
});

test("what JSON cannot hold does not hold up the batch", async () => {
  const circular: Record<string, unknown> = { name: "loop" };
  circular["self"] = circular;
  const odd: Record<string, unknown>[] = [
    { tags: { big: 10n } },
    { tags: { circular } },
    { tags: { user: { id: 5 } } },
    { tags: { session: Symbol("s") } },
    { tags: { text: () => 5 } },
    {
      prompt: undefined,
      messages: [
        {
          role: "user",
          content: [{ type: "text", text: "odd", providerOptions: { anthropic: { big: 5n } } }],
        },
      ],
    },
  ];
  const calls = odd.map((options, index) =>
    harness.seam.complete("ask", { prompt: `odd ${index}`, ...options }),
  );
  calls.push(harness.seam.complete("ask", { prompt: "plain" }));
  await Promise.allSettled(calls);
  const events = await harness.events();
  const prompts = events.map(({ prompt }) => JSON.stringify(prompt));
  expect(prompts.filter((prompt) => prompt.includes("plain"))).toHaveLength(1);
  expect(events.length).toBeGreaterThanOrEqual(odd.length);
});

test("with store: false calls go on and nothing is written", async () => {
  await using silent = await startHarness({ tasks, store: false, defaults: { cache: true } });
  await silent.seam.complete("ask", { prompt: "one" });
  expect((await silent.seam.complete("ask", { prompt: "one" })).source).toBe("cache");
  expect(readEvents(silent.file)).toEqual([]);
});

describe("secrets", () => {
  const apiKey = "sk-ant-api03-THISISASECRETKEY-0123456789";
  const headers = { "x-tenant-token": "tenant-token-abcdef-123456" };
  const perCall = {
    authorization: "Bearer ey-session-987654",
    "x-session-key": "plain words of a session",
  };

  /** A provider that repeats all it was sent in its error, as some proxies do. */
  async function echoing(status: number) {
    const server = createServer((request, response) => {
      const said = JSON.stringify(request.headers);
      response.writeHead(status, { "content-type": "application/json", "x-echo": apiKey });
      response.end(
        JSON.stringify({
          type: "error",
          error: { type: "api_error", message: `You sent ${said} with ${apiKey}` },
        }),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    return {
      baseURL: `http://127.0.0.1:${port}/v1`,
      [Symbol.asyncDispose]: () =>
        new Promise<void>((resolve) => {
          server.closeAllConnections();
          server.close(() => resolve());
        }),
    };
  }

  test.each([400, 401, 500, 200])(
    "echoed by the provider (HTTP %i) reach no event, error or log",
    async (status) => {
      const warnings: unknown[] = [];
      vi.spyOn(process, "emitWarning").mockImplementation((warning) => void warnings.push(warning));
      await using provider = await echoing(status);
      const file = `${harness.folder}/secret.db`;
      const common = {
        baseURL: provider.baseURL,
        apiKey,
        headers,
      };
      await using seam = createSeam({
        tasks: {
          anthropic: { model: "anthropic/m" },
          openai: { model: "openai/m" },
          local: { model: "local/m" },
        },
        providers: {
          anthropic: common,
          openai: common,
          local: { ...common, kind: "openai-compatible" },
        },
        defaults: { retry: false },
        store: file,
      });
      const errors: unknown[] = [];
      for (const task of ["anthropic", "openai", "local"] as const) {
        const options = { prompt: "hello", headers: perCall };
        errors.push(await rejection(seam.complete(task, options)));
        errors.push((await collect(seam.stream(task, options))).error);
        errors.push(
          await rejection(seam.extract(task, { ...options, schema: z.object({ a: z.string() }) })),
        );
      }
      await seam.flush();
      const events = readEvents(file);
      expect(events).toHaveLength(9);
      const bytes = Buffer.concat([
        await readFile(file),
        await readFile(`${file}-wal`).catch(() => Buffer.alloc(0)),
      ]).toString("latin1");
      const seen = [
        bytes,
        JSON.stringify(events),
        JSON.stringify(errors),
        ...errors.map((error) => inspect(error, { depth: 10, showHidden: true })),
        ...errors.flatMap((error) => textsOf(error)),
        inspect(warnings),
      ];
      for (const text of seen) {
        expect(text).not.toContain("THISISASECRETKEY");
        expect(text).not.toContain("tenant-token-abcdef");
        expect(text).not.toContain("ey-session-987654");
        expect(text).not.toContain("plain words of a session");
      }
    },
  );

  test("headers of a call are sent, and are not in its event", async () => {
    const { callId } = await harness.seam.complete("ask", {
      prompt: "hello",
      headers: { "x-trace": "trace-me-123456" },
    });
    expect(harness.simulator.requests[0]?.headers["x-trace"]).toBe("trace-me-123456");
    expect(JSON.stringify(await harness.event(callId))).not.toContain("trace-me-123456");
  });
});

/** Every text reachable from an error: messages, stacks, causes, own members. */
function textsOf(error: unknown): string[] {
  const texts: string[] = [];
  for (
    let current = error;
    typeof current === "object" && current !== null;
    current = (current as Error).cause
  ) {
    for (const name of Object.getOwnPropertyNames(current)) {
      texts.push(String((current as Record<string, unknown>)[name]));
    }
  }
  return texts;
}
