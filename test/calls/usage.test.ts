import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { ProviderConfig, SeamConfig } from "llm-seam";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startHarness } from "../support/harness.ts";

/** A server that answers as a provider does, with a usage that one of them has sent. */
interface Case {
  readonly who: string;
  readonly protocol: "anthropic" | "openai" | "responses" | "openai-compatible";
  readonly usage: Readonly<Record<string, unknown>> | undefined;
  readonly price?: NonNullable<SeamConfig["prices"]>[string];
  readonly tokens: readonly [
    input: number | null,
    output: number | null,
    read: number | null,
    written: number | null,
    reasoning: number | null,
  ];
  readonly cost: number | null;
}

const price = { input: 1, output: 10, cacheRead: 0.1, cacheWrite: 2 };
const million = 1_000_000;

const cases: readonly Case[] = [
  {
    who: "Anthropic counts cached tokens beside its input, and tells writes for an hour apart",
    protocol: "anthropic",
    usage: {
      input_tokens: 2_048,
      cache_creation_input_tokens: 456,
      cache_read_input_tokens: 1_800,
      cache_creation: { ephemeral_5m_input_tokens: 156, ephemeral_1h_input_tokens: 300 },
      output_tokens: 503,
    },
    price: { ...price, cacheWrite1h: 4 },
    tokens: [4_304, 503, 1_800, 456, null],
    cost: (2_048 + 180 + 156 * 2 + 300 * 4 + 5_030) / million,
  },
  {
    who: "OpenAI's chat has cached tokens in its input and reasoning in its output",
    protocol: "openai",
    usage: {
      prompt_tokens: 2_006,
      completion_tokens: 300,
      total_tokens: 2_306,
      prompt_tokens_details: { cached_tokens: 1_920 },
      completion_tokens_details: {
        reasoning_tokens: 192,
        accepted_prediction_tokens: 0,
        rejected_prediction_tokens: 0,
      },
    },
    price: { ...price, reasoning: 20 },
    tokens: [2_006, 300, 1_920, null, 192],
    cost: (86 + 192 + 1_080 + 192 * 20) / million,
  },
  {
    who: "OpenAI's responses have the same in other words",
    protocol: "responses",
    usage: {
      input_tokens: 75,
      input_tokens_details: { cached_tokens: 25 },
      output_tokens: 1_186,
      output_tokens_details: { reasoning_tokens: 1_024 },
      total_tokens: 1_261,
    },
    price,
    tokens: [75, 1_186, 25, null, 1_024],
    cost: (50 + 2.5 + 11_860) / million,
  },
  {
    who: "DeepSeek splits its input into hits and misses",
    protocol: "openai-compatible",
    usage: {
      prompt_tokens: 100,
      completion_tokens: 40,
      total_tokens: 140,
      completion_tokens_details: { reasoning_tokens: 10 },
      prompt_cache_hit_tokens: 64,
      prompt_cache_miss_tokens: 36,
    },
    price,
    tokens: [100, 40, 64, null, 10],
    cost: (36 + 6.4 + 400) / million,
  },
  {
    who: "xAI counts reasoning beside the completion; the cost is the one that it names itself",
    protocol: "openai-compatible",
    usage: {
      prompt_tokens: 10_120,
      completion_tokens: 1_499,
      total_tokens: 14_428,
      prompt_tokens_details: { text_tokens: 10_120, cached_tokens: 128 },
      completion_tokens_details: { reasoning_tokens: 2_809 },
      cost_in_usd_ticks: 232_856_000,
    },
    price: { input: 1.25, output: 2.5, cacheRead: 0.2 },
    tokens: [10_120, 4_308, 128, null, 2_809],
    cost: 0.0232856,
  },
  {
    who: "xAI without a price is billed as it says",
    protocol: "openai-compatible",
    usage: {
      prompt_tokens: 10_120,
      completion_tokens: 1_499,
      total_tokens: 14_428,
      completion_tokens_details: { reasoning_tokens: 2_809 },
      cost_in_usd_ticks: 232_856_000,
    },
    tokens: [10_120, 4_308, null, null, 2_809],
    cost: 0.0232856,
  },
  {
    who: "Gemini's thoughts are in the total only",
    protocol: "openai-compatible",
    usage: { prompt_tokens: 20, completion_tokens: 198, total_tokens: 623 },
    price,
    tokens: [20, 603, null, null, 405],
    cost: (20 + 6_030) / million,
  },
  {
    who: "OpenRouter says what it has billed",
    protocol: "openai-compatible",
    usage: {
      prompt_tokens: 194,
      completion_tokens: 2,
      total_tokens: 196,
      prompt_tokens_details: { cached_tokens: 0, cache_write_tokens: 100, audio_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 0 },
      cost: 0.95,
      cost_details: { upstream_inference_cost: 19 },
    },
    tokens: [194, 2, 0, 100, 0],
    cost: 0.95,
  },
  {
    who: "OpenRouter with a key of the caller's: its share and the upstream's",
    protocol: "openai-compatible",
    usage: {
      prompt_tokens: 194,
      completion_tokens: 2,
      total_tokens: 196,
      cost: 0.05,
      is_byok: true,
      cost_details: { upstream_inference_cost: 0.95 },
    },
    tokens: [194, 2, null, null, null],
    cost: 1,
  },
  {
    who: "a price of the config wins over what OpenRouter says",
    protocol: "openai-compatible",
    usage: { prompt_tokens: 100, completion_tokens: 2, total_tokens: 102, cost: 0.95 },
    price,
    tokens: [100, 2, null, null, null],
    cost: (100 + 20) / million,
  },
  {
    who: "Moonshot has cached tokens on top",
    protocol: "openai-compatible",
    usage: {
      prompt_tokens: 1_336,
      completion_tokens: 31,
      total_tokens: 1_367,
      cached_tokens: 1_280,
    },
    price,
    tokens: [1_336, 31, 1_280, null, null],
    cost: (56 + 128 + 310) / million,
  },
  {
    who: "LiteLLM in front of Anthropic has that provider's own counts beside OpenAI's",
    protocol: "openai-compatible",
    usage: {
      prompt_tokens: 1_250,
      completion_tokens: 8,
      total_tokens: 1_258,
      cache_creation_input_tokens: 200,
      cache_read_input_tokens: 1_000,
    },
    price,
    tokens: [1_250, 8, 1_000, 200, null],
    cost: (50 + 100 + 400 + 80) / million,
  },
  {
    who: "Mistral has OpenAI's details",
    protocol: "openai-compatible",
    usage: {
      prompt_tokens: 1_013,
      total_tokens: 1_043,
      completion_tokens: 30,
      prompt_tokens_details: { cached_tokens: 1_008 },
    },
    price,
    tokens: [1_013, 30, 1_008, null, null],
    cost: (5 + 100.8 + 300) / million,
  },
  {
    who: "where more is cached than the input holds, the input was counted without it",
    protocol: "openai-compatible",
    usage: {
      prompt_tokens: 10,
      completion_tokens: 5,
      prompt_tokens_details: { cached_tokens: 90 },
    },
    price,
    tokens: [100, 5, 90, null, null],
    cost: (10 + 9 + 50) / million,
  },
  {
    who: "Groq and vLLM send details that are null",
    protocol: "openai-compatible",
    usage: {
      queue_time: 0.04,
      prompt_tokens: 24,
      prompt_time: 0.001,
      completion_tokens: 377,
      total_tokens: 401,
      total_time: 0.5,
      prompt_tokens_details: null,
    },
    price,
    tokens: [24, 377, null, null, null],
    cost: (24 + 3_770) / million,
  },
  {
    who: "Ollama sends no details",
    protocol: "openai-compatible",
    usage: { prompt_tokens: 26, completion_tokens: 298, total_tokens: 324 },
    tokens: [26, 298, null, null, null],
    cost: null,
  },
  {
    who: "a server that sends no usage",
    protocol: "openai-compatible",
    usage: undefined,
    price,
    tokens: [null, null, null, null, null],
    cost: null,
  },
  {
    who: "a server whose counts are nonsense",
    protocol: "openai-compatible",
    usage: { prompt_tokens: -7, completion_tokens: 10, total_tokens: 3 },
    price,
    tokens: [null, 10, null, null, null],
    cost: null,
  },
];

let server: Server;
let current: Case;

beforeAll(async () => {
  server = createServer((request, response) => {
    void text(request).then((body) => {
      const { stream } = JSON.parse(body) as { stream?: boolean };
      const { whole, parts } = replies[current.protocol](current.usage);
      response.setHeader("content-type", stream ? "text/event-stream" : "application/json");
      response.end(stream ? parts.map(eventText).join("") : JSON.stringify(whole));
    });
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
});

/** One answer as each protocol has it: whole, and as the events of a stream. */
interface Reply {
  readonly whole: object;
  readonly parts: readonly (object | string)[];
}

function eventText(part: object | string): string {
  if (typeof part === "string") return `data: ${part}\n\n`;
  const event = "type" in part ? `event: ${String(part.type)}\n` : "";
  return `${event}data: ${JSON.stringify(part)}\n\n`;
}

function chat(usage: Case["usage"]): Reply {
  const base = { id: "chatcmpl-1", created: 1_700_000_000, model: "m" };
  const choice = { index: 0, finish_reason: "stop" };
  const chunk = { ...base, object: "chat.completion.chunk" };
  return {
    whole: {
      ...base,
      object: "chat.completion",
      choices: [{ ...choice, message: { role: "assistant", content: "Hi" } }],
      usage,
    },
    parts: [
      { ...chunk, choices: [{ index: 0, delta: { role: "assistant", content: "Hi" } }] },
      { ...chunk, choices: [{ ...choice, delta: {} }] },
      { ...chunk, choices: [], usage },
      "[DONE]",
    ],
  };
}

const replies: Readonly<Record<Case["protocol"], (usage: Case["usage"]) => Reply>> = {
  openai: chat,
  "openai-compatible": chat,
  anthropic: (usage) => {
    const message = { id: "msg_1", type: "message", role: "assistant", model: "m" };
    return {
      whole: {
        ...message,
        content: [{ type: "text", text: "Hi" }],
        stop_reason: "end_turn",
        stop_sequence: null,
        usage,
      },
      parts: [
        {
          type: "message_start",
          message: {
            ...message,
            content: [],
            stop_reason: null,
            usage: { ...usage, output_tokens: 1 },
          },
        },
        { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
        { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Hi" } },
        { type: "content_block_stop", index: 0 },
        {
          type: "message_delta",
          delta: { stop_reason: "end_turn", stop_sequence: null },
          usage: { output_tokens: usage?.["output_tokens"] },
        },
        { type: "message_stop" },
      ],
    };
  },
  responses: (usage) => {
    const response = { id: "resp_1", object: "response", created_at: 1_700_000_000, model: "m" };
    const item = { type: "message", id: "item_1", role: "assistant" };
    const done = { ...item, content: [{ type: "output_text", text: "Hi", annotations: [] }] };
    const finished = { ...response, output: [done], incomplete_details: null, usage };
    return {
      whole: finished,
      parts: [
        { type: "response.created", response },
        { type: "response.output_item.added", output_index: 0, item: { ...item, content: [] } },
        { type: "response.output_text.delta", item_id: "item_1", output_index: 0, delta: "Hi" },
        { type: "response.output_item.done", output_index: 0, item: done },
        { type: "response.completed", response: finished },
      ],
    };
  },
};

function providerFor({ protocol }: Case): ProviderConfig {
  const baseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return protocol === "responses"
    ? { kind: "openai", api: "responses", baseURL, apiKey: "key" }
    : { kind: protocol, baseURL, apiKey: "key" };
}

describe.each(cases)("$who", (one) => {
  test.each(["complete", "stream"] as const)("%s", async (pattern) => {
    current = one;
    await using harness = await startHarness({
      tasks: { ask: { model: "vendor/m" } },
      providers: { vendor: providerFor(one) },
      ...(one.price !== undefined && { prices: { "vendor/m": one.price } }),
      defaults: { retry: false },
    });
    const result =
      pattern === "complete"
        ? await harness.seam.complete("ask", { prompt: "Hello" })
        : await harness.seam.stream("ask", { prompt: "Hello" }).result;
    expect(result.text).toBe("Hi");
    const event = await harness.event(result.callId);
    const names = [
      "input_tokens",
      "output_tokens",
      "cached_tokens",
      "cache_write_tokens",
      "reasoning_tokens",
    ];
    const counts = names.map((name) => event[name]);
    // The packages of Anthropic and OpenAI say 0 where the payload says nothing.
    const known = one.protocol === "openai-compatible" ? counts : counts.slice(0, 3);
    expect(known).toEqual(one.tokens.slice(0, known.length));
    if (one.tokens[4] !== null) expect(counts[4]).toBe(one.tokens[4]);
    expect(event["unpriced_attempts"]).toBe(one.cost === null ? 1 : 0);
    expect(result.cost).toBe(event["cost_usd"]);
    if (one.cost === null) expect(event["cost_usd"]).toBeNull();
    else expect(event["cost_usd"]).toBeCloseTo(one.cost, 12);
  });
});
