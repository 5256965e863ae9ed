import type { LanguageModelV4Prompt, SharedV4FileData } from "@ai-sdk/provider";
import { metrics, trace } from "@opentelemetry/api";
import { createSeam, SeamError } from "llm-seam";
import { simulatedModel } from "llm-seam/simulator";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { resolveConfig } from "../../src/config/resolve.ts";
import type { SeamConfig, TelemetryConfig } from "../../src/index.ts";
import { type Collector, startCollector } from "../support/collector.ts";
import { collect, startHarness } from "../support/harness.ts";

const model = "anthropic/claude-haiku-4-5";

let collector: Collector;

beforeAll(async () => {
  collector = await startCollector();
});
afterAll(() => collector[Symbol.asyncDispose]());
beforeEach(() => collector.clear());

const start = (telemetry: TelemetryConfig | false | undefined) =>
  startHarness({ tasks: { ask: { model } }, telemetry });

async function callAttributes() {
  const span = (await collector.spans()).find(({ name }) => name.startsWith("chat "));
  return span?.attributes ?? {};
}

function json(attribute: unknown): unknown {
  return JSON.parse(String(attribute));
}

describe("content, when opted in", () => {
  test("messages and answers follow the conventions' JSON schemas", async () => {
    await using harness = await start({ content: true });
    harness.simulator.script({
      replies: [
        {
          reply: {
            type: "tool-calls",
            text: "Let me look.",
            calls: [{ name: "weather", arguments: { city: "Paris" } }],
          },
        },
      ],
    });
    await harness.seam.model("ask").doGenerate({
      prompt: [
        { role: "system", content: "Be brief." },
        {
          role: "user",
          content: [
            { type: "text", text: "What is this?" },
            {
              type: "file",
              mediaType: "image/png",
              data: { type: "data", data: new Uint8Array(9) },
            },
          ],
        },
        {
          role: "assistant",
          content: [
            { type: "tool-call", toolCallId: "c1", toolName: "weather", input: { city: "Oslo" } },
          ],
        },
        {
          role: "tool",
          content: [
            {
              type: "tool-result",
              toolCallId: "c1",
              toolName: "weather",
              output: { type: "text", value: "rain" },
            },
          ],
        },
      ],
      tools: [{ type: "function", name: "weather", inputSchema: { type: "object" } }],
    });
    const attributes = await callAttributes();
    expect(json(attributes["gen_ai.system_instructions"])).toEqual([
      { type: "text", content: "Be brief." },
    ]);
    expect(json(attributes["gen_ai.input.messages"])).toEqual([
      {
        role: "user",
        parts: [
          { type: "text", content: "What is this?" },
          { type: "omitted_file", mime_type: "image/png", modality: "image", size: 9 },
        ],
      },
      {
        role: "assistant",
        parts: [{ type: "tool_call", id: "c1", name: "weather", arguments: { city: "Oslo" } }],
      },
      {
        role: "tool",
        parts: [
          { type: "tool_call_response", id: "c1", response: { type: "text", value: "rain" } },
        ],
      },
    ]);
    expect(json(attributes["gen_ai.output.messages"])).toEqual([
      {
        role: "assistant",
        parts: [
          { type: "text", content: "Let me look." },
          {
            type: "tool_call",
            id: expect.any(String),
            name: "weather",
            arguments: { city: "Paris" },
          },
        ],
        finish_reason: "tool_call",
      },
    ]);
    expect(json(attributes["gen_ai.tool.definitions"])).toEqual([
      { type: "function", name: "weather" },
    ]);
  });

  test("files are named, not carried along", async () => {
    await using harness = await start({ content: true });
    const bytes = new Uint8Array(300).fill(7);
    const file = (data: SharedV4FileData) =>
      ({ type: "file", mediaType: "image/png", data }) as const;
    const prompt: LanguageModelV4Prompt = [
      {
        role: "user",
        content: [
          file({ type: "data", data: bytes }),
          file({ type: "data", data: Buffer.from(bytes).toString("base64") }),
          file({ type: "url", url: new URL("https://example.com/a.png") }),
          file({ type: "reference", reference: { anthropic: "file_1" } }),
          file({ type: "text", text: "a note" }),
        ],
      },
      {
        role: "assistant",
        content: [{ type: "tool-call", toolCallId: "c1", toolName: "look", input: {} }],
      },
      {
        role: "tool",
        content: [
          {
            type: "tool-result",
            toolCallId: "c1",
            toolName: "look",
            output: {
              type: "content",
              value: [{ type: "text", text: "seen" }, file({ type: "data", data: bytes })],
            },
          },
        ],
      },
    ];
    await harness.seam.model("ask").doGenerate({ prompt });
    const omitted = { type: "omitted_file", mime_type: "image/png", modality: "image", size: 300 };
    const [user, , tool] = json((await callAttributes())["gen_ai.input.messages"]) as {
      parts: { response?: unknown }[];
    }[];
    expect(user?.parts).toEqual([
      omitted,
      omitted,
      { type: "uri", mime_type: "image/png", modality: "image", uri: "https://example.com/a.png" },
      { type: "file", mime_type: "image/png", modality: "image", file_id: "file_1" },
      { type: "text", content: "a note" },
    ]);
    expect(tool?.parts[0]?.response).toEqual([{ type: "text", text: "seen" }, omitted]);
  });

  test("a broken stream shows what had arrived, and errors their texts", async () => {
    await using harness = await start({ content: true });
    harness.simulator.play([{ type: "drop", afterTokens: 3 }]);
    const { pieces } = await collect(harness.seam.stream("ask", { prompt: "Hello" }));
    const spans = await collector.spans();
    const call = spans.find(({ name }) => name.startsWith("chat "));
    expect(json(call?.attributes["gen_ai.output.messages"])).toEqual([
      {
        role: "assistant",
        parts: [{ type: "text", content: pieces.join("") }],
        finish_reason: "error",
      },
    ]);
    for (const { status } of spans) expect(status.message).toEqual(expect.stringMatching(/./));
  });
});

describe("the newer conventions", () => {
  test("have other names for what was written to a cache, for durations and for tokens", async () => {
    await using harness = await start({ conventions: "latest", content: true });
    harness.simulator.script({
      replies: [
        {
          reply: {
            type: "text",
            text: "Hi",
            usage: {
              inputTokens: 100,
              outputTokens: 20,
              cachedInputTokens: 30,
              cacheWriteTokens: 40,
            },
          },
        },
      ],
    });
    await collect(harness.seam.stream("ask", { prompt: "Hello", settings: { reasoning: "low" } }));
    const attributes = await callAttributes();
    expect(attributes).toMatchObject({
      "gen_ai.request.reasoning.level": "low",
      "gen_ai.usage.cache_write.input_tokens": 40,
    });
    expect(attributes).not.toHaveProperty("gen_ai.usage.cache_creation.input_tokens");
    expect(String(attributes["gen_ai.output.messages"])).not.toContain("finish_reason");
    const received = await collector.metrics();
    const names = [...received]
      .filter(([name, { points }]) => name.startsWith("gen_ai.") && points.length > 0)
      .map(([name]) => name);
    expect(names.sort()).toEqual([
      "gen_ai.client.inference.duration",
      "gen_ai.client.inference.time_to_first_chunk",
      "gen_ai.client.inference.usage.cache_read.input_tokens",
      "gen_ai.client.inference.usage.cache_write.input_tokens",
      "gen_ai.client.inference.usage.input_tokens",
      "gen_ai.client.inference.usage.output_tokens",
      "gen_ai.client.inference.usage.reasoning.output_tokens",
    ]);
    expect(
      received.get("gen_ai.client.inference.usage.cache_read.input_tokens")?.points,
    ).toMatchObject([{ value: 30, attributes: { "gen_ai.token.modality": "unknown" } }]);
  });

  test("are chosen by OpenTelemetry's own variable, too; the config wins", () => {
    const env = { OTEL_SEMCONV_STABILITY_OPT_IN: "http, gen_ai_latest_experimental" };
    const conventions = (telemetry: SeamConfig["telemetry"], variables: Record<string, string>) =>
      resolveConfig({ tasks: { ask: { model } }, telemetry }, variables).telemetry?.conventions;
    expect(conventions(undefined, env)).toBe("latest");
    expect(conventions({ content: true }, env)).toBe("latest");
    expect(conventions({ conventions: "1.41" }, env)).toBe("1.41");
    expect(conventions(undefined, { OTEL_SEMCONV_STABILITY_OPT_IN: "http" })).toBe("1.41");
  });
});

test("switched off, nothing is exported", async () => {
  await using harness = await start(false);
  await harness.seam.complete("ask", { prompt: "Hello" });
  expect(await collector.spans()).toEqual([]);
  const metrics = [...(await collector.metrics()).values()];
  expect(metrics.flatMap(({ points }) => points)).toEqual([]);
});

test("a wrong setting is told with its path", () => {
  const wrong = { tasks: { ask: { model } }, telemetry: { conventions: "1.40", contents: true } };
  // @ts-expect-error The settings are wrong on purpose.
  const create = (): unknown => createSeam(wrong);
  expect(create).toThrow(/telemetry\.conventions: .*1\.41/);
  expect(create).toThrow(/contents/);
});

describe("an SDK that fails", () => {
  function broken(): never {
    throw new Error("the tracer is broken");
  }
  const silenced = () => vi.spyOn(process, "emitWarning").mockImplementation(() => {});

  const tracers: readonly (readonly [what: string, tracer: object])[] = [
    ["to start spans", { startSpan: broken }],
    [
      "to fill spans",
      {
        startSpan: () => ({
          spanContext: () => ({ traceId: "1".repeat(32), spanId: "2".repeat(16), traceFlags: 1 }),
          isRecording: () => true,
          setAttributes: broken,
          end: broken,
        }),
      },
    ],
    [
      "to tell their ids",
      { startSpan: () => ({ spanContext: broken, isRecording: broken, end: broken }) },
    ],
  ];
  test.each(tracers)("%s fails no call, and is counted", async (_what, tracer) => {
    const warn = silenced();
    const getTracer = vi.spyOn(trace, "getTracer").mockReturnValue(tracer as never);
    const getMeterProvider = vi.spyOn(metrics, "getMeterProvider").mockImplementation(broken);
    await using seam = createSeam({ tasks: { ask: { model: simulatedModel() } }, store: false });
    const { text } = await seam.complete("ask", { prompt: "Hello" });
    expect(text).not.toBe("");
    const { pieces, error } = await collect(seam.stream("ask", { prompt: "Hello" }));
    expect(pieces.join("")).not.toBe("");
    expect(error).toBeUndefined();
    expect(seam.troubles()["Telemetry could not be exported"]).toBeGreaterThan(2);
    expect(warn).toHaveBeenCalledOnce();
    expect(getTracer).toHaveBeenCalled();
    expect(getMeterProvider).toHaveBeenCalled();
  });

  test("does not hide the error of a call", async () => {
    silenced();
    vi.spyOn(trace, "getTracer").mockReturnValue({ startSpan: broken } as never);
    const failing = simulatedModel({ faults: ["status-400"] });
    await using seam = createSeam({ tasks: { ask: { model: failing } }, store: false });
    const error = await seam
      .complete("ask", { prompt: "Hello" })
      .catch((thrown: unknown) => thrown);
    expect(SeamError.is(error) && error.code).toBe("InvalidRequest");
  });
});
