import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import type { LanguageModelV4 } from "@ai-sdk/provider";
import Anthropic from "@anthropic-ai/sdk";
import {
  APICallError,
  generateText,
  type LanguageModel,
  NoObjectGeneratedError,
  Output,
  stepCountIs,
  streamText,
  tool,
} from "ai";
import { defineScript, type Simulator, simulatedModel, startSimulator } from "llm-seam/simulator";
import OpenAI from "openai";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";

const hello = "Hello, naïve Wörld 🎉 — nice to meet you.";
const weatherCall = { name: "weather", arguments: { city: "Zürich" } };
const weatherTool = { city: z.string() };
const usage = { inputTokens: 100, outputTokens: 20, cachedInputTokens: 40, cacheWriteTokens: 10 };

const exactTicket = { category: "billing", urgent: false, order: null };

const script = defineScript({
  replies: [
    {
      match: { prompt: "weather", tool: "weather" },
      times: 1,
      reply: { type: "tool-calls", text: "Let me look.", calls: [weatherCall] },
    },
    { match: { prompt: "weather" }, reply: "It is sunny in Zürich." },
    { match: { prompt: "think" }, reply: { type: "text", text: hello, reasoning: "Hm, let me." } },
    { match: { prompt: "cached" }, reply: { type: "text", text: hello, usage } },
    { match: { prompt: "hello" }, reply: hello },
    { match: { prompt: "exact", schema: "urgent" }, reply: { type: "json", value: exactTicket } },
  ],
});

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator();
});
beforeEach(() => {
  simulator.clear();
  simulator.script(script);
  simulator.play([]);
});
afterAll(() => simulator.close());

const ticketSchema = z.object({
  category: z.enum(["billing", "shipping"]),
  urgent: z.boolean(),
  order: z.int().min(1000).max(9999).nullable(),
});

const ticketJsonSchema = {
  type: "object" as const,
  properties: { category: { enum: ["billing", "shipping"] }, urgent: { type: "boolean" } },
  required: ["category", "urgent"],
  additionalProperties: false,
};

describe("@anthropic-ai/sdk", () => {
  const client = () => new Anthropic({ baseURL: simulator.url, apiKey: "key", maxRetries: 0 });
  const ask = (content: string) => ({
    model: "claude-sonnet-4-6",
    max_tokens: 500,
    messages: [{ role: "user" as const, content }],
  });
  const weather = { name: "weather", input_schema: { type: "object" as const } };

  test("text, usage and request id", async () => {
    const message = await client().messages.create(ask("hello"));
    expect(message.content).toEqual([{ type: "text", text: hello }]);
    expect(message).toMatchObject({ stop_reason: "end_turn", model: "claude-sonnet-4-6" });
    expect(message.usage.output_tokens).toBe(Math.ceil(Array.from(hello).length / 4));
    expect(message._request_id).toMatch(/^req_/);
  });

  test("streamed text gives the same message", async () => {
    const stream = client().messages.stream(ask("hello"));
    const deltas: string[] = [];
    stream.on("text", (delta) => deltas.push(delta));
    const message = await stream.finalMessage();
    expect(deltas.length).toBeGreaterThan(3);
    expect(deltas.join("")).toBe(hello);
    const whole = await client().messages.create(ask("hello"));
    expect(message.content).toMatchObject([{ type: "text", text: hello }]);
    expect(message.usage).toMatchObject({ output_tokens: whole.usage.output_tokens });
  });

  test("tool calls, whole and streamed", async () => {
    const request = { ...ask("weather"), tools: [weather] };
    const expected = [
      { type: "text", text: "Let me look." },
      { type: "tool_use", name: "weather", input: weatherCall.arguments },
    ];
    const whole = await client().messages.create(request);
    expect(whole.content).toMatchObject(expected);
    expect(whole.stop_reason).toBe("tool_use");
    simulator.script(script);
    const streamed = await client().messages.stream(request).finalMessage();
    expect(streamed.content).toMatchObject(expected);
    expect(streamed.stop_reason).toBe("tool_use");
  });

  test("thinking comes before the text", async () => {
    const message = await client().messages.stream(ask("think")).finalMessage();
    expect(message.content).toMatchObject([
      { type: "thinking", thinking: "Hm, let me.", signature: expect.any(String) },
      { type: "text", text: hello },
    ]);
  });

  test("structured output follows the schema", async () => {
    const format = { type: "json_schema" as const, schema: ticketJsonSchema };
    const message = await client().messages.parse({
      ...ask("Sort this."),
      output_config: { format },
    });
    expect(message.parsed_output).toMatchObject({ urgent: expect.any(Boolean) });
  });

  test("cached tokens are reported the way Anthropic counts them", async () => {
    const message = await client().messages.create(ask("cached"));
    expect(message.usage).toMatchObject({
      input_tokens: 50,
      cache_read_input_tokens: 40,
      cache_creation_input_tokens: 10,
      output_tokens: 20,
    });
  });

  test("errors have the SDK's own classes", async () => {
    simulator.play(["status-429", "status-401", "in-band-error"]);
    await expect(client().messages.create(ask("hello"))).rejects.toThrow(Anthropic.RateLimitError);
    const refused = client().messages.create(ask("hello"));
    await expect(refused).rejects.toMatchObject({ status: 401, requestID: /^req_/ });
    await expect(client().messages.stream(ask("hello")).finalMessage()).rejects.toMatchObject({
      type: "overloaded_error",
    });
  });

  test("a missing field is refused as Anthropic does", async () => {
    const bad = { model: "claude-sonnet-4-6", messages: [] } as never;
    await expect(client().messages.create(bad)).rejects.toThrow(/max_tokens: Field required/);
  });

  test("lists models", async () => {
    const page = await client().models.list();
    expect(page.data.map((model) => model.id)).toContain("claude-sonnet-4-6");
  });
});

describe("openai", () => {
  const client = () => new OpenAI({ baseURL: simulator.baseURL, apiKey: "key", maxRetries: 0 });
  const ask = (content: string) => ({
    model: "gpt-5-mini",
    messages: [{ role: "user" as const, content }],
  });
  const weather = {
    type: "function" as const,
    function: { name: "weather", parameters: { type: "object" } },
  };

  test("text, usage and request id", async () => {
    const completion = await client().chat.completions.create(ask("hello"));
    expect(completion.choices[0]).toMatchObject({
      message: { role: "assistant", content: hello, refusal: null },
      finish_reason: "stop",
    });
    const { prompt_tokens = 0, completion_tokens = 0, total_tokens } = completion.usage ?? {};
    expect(total_tokens).toBe(prompt_tokens + completion_tokens);
    expect(completion._request_id).toMatch(/^req_/);
  });

  test("streamed text, with usage in the last chunk when asked for", async () => {
    const stream = client().chat.completions.stream({
      ...ask("hello"),
      stream_options: { include_usage: true },
    });
    const streamed = await stream.finalChatCompletion();
    const whole = await client().chat.completions.create(ask("hello"));
    expect(streamed.choices[0]?.message.content).toBe(hello);
    expect(streamed.usage).toEqual(whole.usage);
    const plain = await client().chat.completions.create({ ...ask("hello"), stream: true });
    for await (const chunk of plain) expect(chunk.usage).toBeUndefined();
  });

  test("tool calls, whole and streamed", async () => {
    const request = { ...ask("weather"), tools: [weather] };
    const call = {
      type: "function",
      function: { name: "weather", arguments: JSON.stringify(weatherCall.arguments) },
    };
    const whole = await client().chat.completions.create(request);
    expect(whole.choices[0]).toMatchObject({
      finish_reason: "tool_calls",
      message: { tool_calls: [call] },
    });
    simulator.script(script);
    const streamed = await client().chat.completions.stream(request).finalChatCompletion();
    expect(streamed.choices[0]).toMatchObject({
      finish_reason: "tool_calls",
      message: { tool_calls: [call] },
    });
  });

  test("structured output, JSON mode and refusal", async () => {
    const format = {
      type: "json_schema" as const,
      json_schema: { name: "ticket", strict: true, schema: ticketJsonSchema },
    };
    const request = { ...ask("Sort this."), response_format: format };
    const parsed = await client().chat.completions.parse(request);
    expect(parsed.choices[0]?.message.parsed).toMatchObject({ urgent: expect.any(Boolean) });
    const mode = { type: "json_object" as const };
    const loose = await client().chat.completions.create({
      ...ask("Anything."),
      response_format: mode,
    });
    expect(JSON.parse(loose.choices[0]?.message.content ?? "")).toMatchObject({ simulated: true });
    simulator.play(["refusal"]);
    const refused = await client().chat.completions.parse(request);
    expect(refused.choices[0]?.message.refusal).toMatch(/can't help/);
  });

  test("cached tokens are reported the way OpenAI counts them", async () => {
    const completion = await client().chat.completions.create(ask("cached"));
    expect(completion.usage).toMatchObject({
      prompt_tokens: 100,
      completion_tokens: 20,
      prompt_tokens_details: { cached_tokens: 40 },
    });
  });

  test("errors have the SDK's own classes", async () => {
    simulator.play(["status-429", "quota-exhausted", "in-band-error"]);
    const create = () => client().chat.completions.create(ask("hello"));
    await expect(create()).rejects.toThrow(OpenAI.RateLimitError);
    await expect(create()).rejects.toMatchObject({ code: "insufficient_quota", status: 429 });
    const stream = client().chat.completions.stream(ask("hello"));
    await expect(stream.finalChatCompletion()).rejects.toMatchObject({ type: "server_error" });
  });

  test("lists models, and says what to use instead of Responses", async () => {
    const page = await client().models.list();
    expect(page.data.map((model) => model.id)).toContain("gpt-5-mini");
    const wrong = client().responses.create({ model: "gpt-5-mini", input: "hello" });
    await expect(wrong).rejects.toThrow(/Chat Completions/);
  });
});

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const collected: Item[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

const models: [name: string, model: () => LanguageModelV4, aboutWire: boolean][] = [
  [
    "@ai-sdk/anthropic",
    () => createAnthropic({ baseURL: simulator.baseURL, apiKey: "key" })("claude-sonnet-4-6"),
    true,
  ],
  [
    "@ai-sdk/anthropic, a model without native JSON",
    () => createAnthropic({ baseURL: simulator.baseURL, apiKey: "key" })("claude-3-haiku-20240307"),
    true,
  ],
  [
    "@ai-sdk/openai",
    () => createOpenAI({ baseURL: simulator.baseURL, apiKey: "key" }).chat("gpt-4.1-mini"),
    true,
  ],
  [
    "@ai-sdk/openai-compatible",
    () =>
      createOpenAICompatible({
        name: "local",
        baseURL: simulator.baseURL,
        supportsStructuredOutputs: true,
        includeUsage: true,
      })("llama"),
    true,
  ],
  ["in-process", () => simulatedModel({ script }), false],
];

test("structured output is asked for in both of Anthropic's ways", async () => {
  const provider = createAnthropic({ baseURL: simulator.baseURL, apiKey: "key" });
  const output = Output.object({ schema: ticketSchema });
  const bodies = ["claude-sonnet-4-6", "claude-3-haiku-20240307"].map(async (name) => {
    await generateText({ model: provider(name), prompt: name, output });
    return simulator.requests.find((request) => request.model === name)?.body;
  });
  const [native, byTool] = await Promise.all(bodies);
  expect(native).toHaveProperty("output_config.format.type", "json_schema");
  expect(byTool).toMatchObject({ tools: [{ name: "json" }] });
});

describe.each(models)("%s", (_name, createModel, overHttp) => {
  const settings = (faults: Parameters<Simulator["play"]>[0] = []) => {
    const model = overHttp ? createModel() : simulatedModel({ script, faults });
    simulator.play(faults);
    return { model: model satisfies LanguageModel, maxRetries: 0 };
  };

  test("generateText: text, finish and usage", async () => {
    const result = await generateText({ ...settings(), prompt: "hello" });
    expect(result.text).toBe(hello);
    expect(result.finishReason).toBe("stop");
    expect(result.usage.outputTokens).toBe(Math.ceil(Array.from(hello).length / 4));
  });

  test("streamText: pieces, finish and the same usage", async () => {
    const result = streamText({ ...settings(), prompt: "hello" });
    const pieces = await collect(result.textStream);
    expect(pieces.length).toBeGreaterThan(3);
    expect(pieces.join("")).toBe(hello);
    expect(await result.finishReason).toBe("stop");
    const whole = await generateText({ ...settings(), prompt: "hello" });
    expect(await result.usage).toMatchObject({
      inputTokens: whole.usage.inputTokens,
      outputTokens: whole.usage.outputTokens,
    });
  });

  test("a tool loop: call, result, answer", async () => {
    const asked: string[] = [];
    const weather = tool({
      inputSchema: z.object(weatherTool),
      execute: async ({ city }) => {
        asked.push(city);
        return "sunny";
      },
    });
    const result = await generateText({
      ...settings(),
      prompt: "weather",
      tools: { weather },
      stopWhen: stepCountIs(3),
    });
    expect(asked).toEqual(["Zürich"]);
    expect(result.steps).toHaveLength(2);
    expect(result.text).toBe("It is sunny in Zürich.");
  });

  test("a forced tool gets arguments valid for its schema, streamed too", async () => {
    const sort = tool({ inputSchema: ticketSchema, execute: async () => "sorted" });
    const options = {
      prompt: "Sort this.",
      tools: { sort },
      toolChoice: { type: "tool" as const, toolName: "sort" as const },
    };
    const whole = await generateText({ ...settings(), ...options });
    expect(ticketSchema.parse(whole.toolCalls[0]?.input)).toBeTruthy();
    const streamed = streamText({ ...settings(), ...options });
    await streamed.consumeStream();
    expect((await streamed.toolCalls)[0]?.input).toEqual(whole.toolCalls[0]?.input);
  });

  test("structured output is valid by default", async () => {
    const output = Output.object({ schema: ticketSchema });
    const result = await generateText({ ...settings(), prompt: "Sort this.", output });
    expect(ticketSchema.parse(result.output)).toEqual(result.output);
    const streamed = streamText({ ...settings(), prompt: "Sort this.", output });
    expect(await streamed.output).toEqual(result.output);
  });

  test("scripted JSON arrives as structured output", async () => {
    const output = Output.object({ schema: ticketSchema });
    const result = await generateText({ ...settings(), prompt: "exact", output });
    expect(result.output).toEqual(exactTicket);
  });

  test.each(["json-fences", "json-prose", "json-cut", "json-broken", "json-invalid"] as const)(
    "%s spoils structured output",
    async (fault) => {
      const output = Output.object({ schema: ticketSchema });
      const run = async () =>
        (await generateText({ ...settings([fault]), prompt: "x", output })).output;
      await expect(run()).rejects.toThrow(NoObjectGeneratedError);
    },
  );

  test("refusal and length have the AI SDK's finish reasons", async () => {
    const refused = await generateText({ ...settings(["refusal"]), prompt: "hello" });
    expect(refused.finishReason).toBe("content-filter");
    const cut = await generateText({ ...settings(["length"]), prompt: "hello" });
    expect(cut.finishReason).toBe("length");
    expect(hello.startsWith(cut.text)).toBe(true);
  });

  test("a limit on output tokens is kept", async () => {
    const result = await generateText({ ...settings(), prompt: "hello", maxOutputTokens: 2 });
    expect(result).toMatchObject({ text: hello.slice(0, 8), finishReason: "length" });
  });

  test("statuses become API errors that can or cannot be retried", async () => {
    const failure = async (fault: "status-529" | "status-401" | "context-too-long") =>
      generateText({ ...settings([fault]), prompt: "hello" }).catch((error: unknown) => error);
    expect(await failure("status-529")).toMatchObject({ statusCode: 529, isRetryable: true });
    expect(await failure("status-401")).toMatchObject({ statusCode: 401, isRetryable: false });
    expect(await failure("context-too-long")).toMatchObject({ statusCode: 400 });
  });

  test("Retry-After reaches the error", async () => {
    const fault = { type: "status", status: 429, retryAfter: 7, retryAfterMs: 6500 } as const;
    const run = generateText({ ...settings([fault]), prompt: "hello" });
    await expect(run).rejects.toMatchObject({
      responseHeaders: { "retry-after": "7", "retry-after-ms": "6500" },
    });
  });

  test("a dropped connection is a network error that can be retried", async () => {
    const run = generateText({ ...settings(["drop"]), prompt: "hello" });
    await expect(run).rejects.toMatchObject({ isRetryable: true, statusCode: undefined });
    await expect(run).rejects.toThrow(APICallError);
  });

  test.each([
    "malformed-json",
    "truncated-json",
    "empty-body",
    "error-200",
    "clean-end-early",
  ] as const)("%s is an API error for a whole answer", async (fault) => {
    const run = generateText({ ...settings([fault]), prompt: "hello" });
    await expect(run).rejects.toThrow(APICallError);
    await expect(run).rejects.toMatchObject({ statusCode: 200 });
  });

  test("a stream that is cut short keeps its text and is not a clean stop", async () => {
    const fault = { type: "clean-end-early", afterTokens: 4 } as const;
    const result = streamText({ ...settings([fault]), prompt: "hello", onError: () => {} });
    const text = (await collect(result.textStream)).join("");
    expect(text).toBe(Array.from(hello).slice(0, 16).join(""));
    expect(["stop", "length", "tool-calls"]).not.toContain(await result.finishReason);
  });

  test.each([
    ["in-band-error", { type: "in-band-error", afterTokens: 4 }],
    ["drop", { type: "drop", afterTokens: 4 }],
  ] as const)("%s in mid-stream: the text so far, then an error", async (_name, fault) => {
    const result = streamText({ ...settings([fault]), prompt: "hello", onError: () => {} });
    let text = "";
    const read = async () => {
      for await (const part of result.stream) {
        if (part.type === "text-delta") text += part.text;
        if (part.type === "error") throw part.error;
      }
    };
    await expect(read()).rejects.toMatchObject({ message: expect.stringMatching(/\w+/) });
    expect(text).toBe(Array.from(hello).slice(0, 16).join(""));
  });

  test.each(["header-silence", "body-silence", "pings-only", "stall"] as const)(
    "%s lasts until the caller aborts",
    async (fault) => {
      const abortSignal = AbortSignal.timeout(60);
      const started = performance.now();
      const run = generateText({ ...settings([fault]), prompt: "hello", abortSignal });
      await expect(run).rejects.toThrow(/abort|timeout/i);
      expect(performance.now() - started).toBeGreaterThan(50);
      if (!overHttp) return;
      await vi.waitFor(() => expect(simulator.requests.at(-1)?.closedByClient).toBe(true));
    },
  );
});
