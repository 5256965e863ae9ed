import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import type { CallEvent } from "../../src/call/event.ts";
import { type CallTrace, withinScope } from "../../src/call/scope.ts";
import { type Collector, startCollector } from "../support/collector.ts";
import { collect, startHarness } from "../support/harness.ts";

let collector: Collector;

beforeAll(async () => {
  collector = await startCollector();
});
afterAll(() => collector[Symbol.asyncDispose]());

test("who listens to calls is told their spans, and what the provider calls its answers", async () => {
  await using harness = await startHarness(
    { tasks: { ask: { model: "anthropic/claude-haiku-4-5" } }, store: false },
    {
      script: {
        replies: [
          { reply: "Hello.", times: 2 },
          { reply: "no JSON at all", times: 1 },
          { reply: { type: "json", value: { ok: true } } },
        ],
      },
    },
  );
  const heard: [CallEvent, CallTrace][] = [];
  const hear = (event: CallEvent, trace: CallTrace): void => void heard.push([event, trace]);
  await withinScope({ tags: {}, hear }, async () => {
    await harness.seam.complete("ask", { prompt: "Hello" });
    await collect(harness.seam.stream("ask", { prompt: "Hello" }));
    await harness.seam.extract("ask", { prompt: "Hello", schema: z.object({ ok: z.boolean() }) });
  });
  const spans = await collector.spans();
  const named = heard.map(([{ pattern, parentId }, { span, responseId }]) => {
    const received = spans.find(({ spanId }) => spanId === span?.spanId);
    expect(received).toMatchObject({ traceId: span?.traceId });
    expect(received?.attributes["gen_ai.response.id"] ?? null).toBe(responseId);
    return [pattern, parentId === null, received?.name];
  });
  expect(named).toEqual([
    ["complete", true, "chat claude-haiku-4-5"],
    ["stream", true, "chat claude-haiku-4-5"],
    ["extract", false, "chat claude-haiku-4-5"],
    ["extract", false, "chat claude-haiku-4-5"],
    ["extract", true, "extract ask"],
  ]);
});
