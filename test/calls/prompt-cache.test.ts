import { anthropic, createAnthropic } from "@ai-sdk/anthropic";
import type { LanguageModelV4CallOptions } from "@ai-sdk/provider";
import { createSeam, type Message } from "llm-seam";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Harness, settled, startHarness } from "../support/harness.ts";

const tasks = {
  kept: { model: "anthropic/claude-sonnet-4-5", promptCache: true },
  hour: { model: "anthropic/claude-sonnet-4-5", promptCache: { ttl: "1h" } },
  haiku: { model: "anthropic/claude-haiku-4-5", promptCache: true },
  off: { model: "anthropic/claude-sonnet-4-5", promptCache: false },
  openai: { model: "openai/gpt-4.1-mini", promptCache: true },
  local: { model: "local/some-model", promptCache: true },
  answers: { model: "anthropic/claude-sonnet-4-5", promptCache: true, cache: true },
} as const;

let harness: Harness<keyof typeof tasks>;

beforeAll(async () => {
  harness = await startHarness({ tasks, defaults: { promptCache: true } });
});
beforeEach(async () => {
  await settled(harness.simulator);
  harness.simulator.clear();
});
afterAll(() => harness[Symbol.asyncDispose]());

let texts = 0;
/** A text of about so many tokens by the simulator's measure, four characters each; never the same one twice. */
const longText = (tokens: number): string =>
  `${++texts} `.padEnd(tokens * 4, "All of this matters. ");

const ephemeral = { type: "ephemeral" };

/** Where the newest request has its marks, in the words of the Anthropic API. */
function marks(): string[] {
  const body = harness.simulator.requests.at(-1)?.body as Record<string, unknown>;
  const found: string[] = [];
  const look = (value: unknown, path: string): void => {
    if (typeof value !== "object" || value === null) return;
    for (const [key, inner] of Object.entries(value)) {
      if (key === "cache_control") found.push(path);
      else look(inner, path === "" ? key : `${path}.${key}`);
    }
  };
  look(body, "");
  return found;
}

const conversation = (opening: string): Message[] => [
  { role: "user", content: opening },
  { role: "assistant", content: "It is on its way." },
  { role: "user", content: "When will it be here?" },
];

describe("Anthropic: the marks stand", () => {
  test("at the end of a long system message, and nowhere in a single question", async () => {
    await harness.seam.complete("kept", { system: longText(1_500), prompt: longText(1_500) });
    expect(marks()).toEqual(["system.0"]);
    expect(harness.simulator.requests[0]?.body).toMatchObject({
      system: [{ cache_control: ephemeral }],
    });
  });

  test("in a conversation also at its end, and at the end of the turn before", async () => {
    await harness.seam.complete("kept", { messages: conversation(longText(1_500)) });
    expect(marks()).toEqual(["messages.0.content.0", "messages.2.content.0"]);
  });

  test("at the last tool, where the tools alone are long enough; four marks in all", async () => {
    const inputSchema = { type: "object", properties: {} } as const;
    const lookUp = { type: "function", description: longText(1_500), inputSchema } as const;
    const text = (said: string) => [{ type: "text", text: said } as const];
    await harness.seam.model("kept").doGenerate({
      prompt: [
        { role: "system", content: "Be brief." },
        { role: "user", content: text("Where is it?") },
        { role: "assistant", content: text("It is on its way.") },
        { role: "user", content: text("When will it be here?") },
      ],
      tools: [
        { ...lookUp, name: "first" },
        { ...lookUp, name: "second" },
        { ...lookUp, name: "late", providerOptions: { anthropic: { deferLoading: true } } },
      ],
    });
    expect(marks().toSorted()).toEqual([
      "messages.0.content.0",
      "messages.2.content.0",
      "system.0",
      "tools.1",
    ]);
  });

  test("nowhere in what is shorter than the model caches", async () => {
    await harness.seam.complete("kept", { system: longText(500), prompt: "Hello" });
    expect(marks()).toEqual([]);
    await harness.seam.complete("haiku", { system: longText(2_000), prompt: "Hello" });
    expect(marks()).toEqual([]);
    await harness.seam.complete("haiku", { system: longText(5_000), prompt: "Hello" });
    expect(marks()).toEqual(["system.0"]);
  });

  test("nowhere beside a mark of the caller's own", async () => {
    const content = [
      {
        type: "text" as const,
        text: longText(1_500),
        providerOptions: { anthropic: { cacheControl: { type: "ephemeral", ttl: "1h" } } },
      },
    ];
    await harness.seam.complete("kept", {
      system: longText(1_500),
      messages: [{ role: "user", content }],
    });
    expect(marks()).toEqual(["messages.0.content.0"]);
  });

  test("on no empty text and not on the beginning of an answer, which Anthropic would refuse", async () => {
    const options: LanguageModelV4CallOptions = {
      prompt: [
        { role: "system", content: " " },
        { role: "user", content: [{ type: "text", text: longText(1_500) }] },
        { role: "assistant", content: [{ type: "text", text: "It is" }] },
      ],
    };
    await harness.seam.model("kept").doGenerate(options);
    expect(marks()).toEqual(["messages.0.content.0"]);
  });

  test("for an hour where the task says so, and nowhere where it says false", async () => {
    await harness.seam.complete("hour", { system: longText(1_500), prompt: "Hello" });
    expect(harness.simulator.requests.at(-1)?.body).toMatchObject({
      system: [{ cache_control: { type: "ephemeral", ttl: "1h" } }],
    });
    await harness.seam.complete("off", { system: longText(1_500), prompt: "Hello" });
    expect(marks()).toEqual([]);
  });

  test("also for a model that the caller has made", async () => {
    const model = createAnthropic({ baseURL: harness.simulator.baseURL, apiKey: "k" })(
      "claude-sonnet-4-5",
    );
    await using own = await startHarness({ tasks: { own: { model, promptCache: true } } });
    await own.seam.complete("own", { system: longText(1_500), prompt: "Hello" });
    expect(marks()).toEqual(["system.0"]);
  });
});

test("OpenAI gets one key for each task; other servers get nothing that they may not know", async () => {
  for (const prompt of ["One", "Two"]) await harness.seam.complete("openai", { prompt });
  const keys = harness.simulator.requests.map(
    ({ body }) => (body as { prompt_cache_key?: string }).prompt_cache_key,
  );
  expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
  expect(keys[1]).toBe(keys[0]);
  await harness.seam.complete("openai", {
    prompt: "Three",
    settings: { providerOptions: { openai: { promptCacheKey: "mine" } } },
  });
  expect(harness.simulator.requests.at(-1)?.body).toMatchObject({ prompt_cache_key: "mine" });
  await harness.seam.complete("local", { system: longText(1_500), prompt: "Hello" });
  expect(JSON.stringify(harness.simulator.requests.at(-1)?.body)).not.toMatch(/cache/);
});

test("the event counts what was written and read, prices it, and shows the prompt as it was asked", async () => {
  const system = longText(2_000);
  await harness.seam.complete("kept", { system, prompt: "First?" });
  const written = await harness.lastEvent();
  await harness.seam.complete("kept", { system, prompt: "Second?" });
  const read = await harness.lastEvent();
  expect(written).toMatchObject({ cached_tokens: 0, cache_write_tokens: expect.any(Number) });
  const kept = Number(written["cache_write_tokens"]);
  expect(kept).toBeGreaterThan(1_900);
  expect(read).toMatchObject({ cached_tokens: kept, cache_write_tokens: 0 });
  const output = 15 / 1e6;
  const cost = (event: typeof read, perInput: number): number =>
    kept * perInput +
    (Number(event["input_tokens"]) - kept) * (3 / 1e6) +
    Number(event["output_tokens"]) * output;
  expect(written["cost_usd"]).toBeCloseTo(cost(written, 3.75 / 1e6), 10);
  expect(read["cost_usd"]).toBeCloseTo(cost(read, 0.3 / 1e6), 10);
  await harness.seam.complete("hour", { system: longText(2_000), prompt: "First?" });
  const forAnHour = await harness.lastEvent();
  expect(forAnHour["cache_write_tokens"]).toBe(kept);
  expect(forAnHour["cost_usd"]).toBeCloseTo(cost(forAnHour, 6 / 1e6), 10);
  expect(JSON.stringify(read["prompt"])).not.toMatch(/cacheControl/);
});

test("a conversation reads what its turn before has written, and a stream does so, too", async () => {
  const messages = conversation(longText(2_000));
  await harness.seam.stream("kept", { messages }).result;
  const written = Number((await harness.lastEvent())["cache_write_tokens"]);
  const more: Message[] = [
    ...messages,
    { role: "assistant", content: "On Friday." },
    { role: "user", content: "Thanks. And the other one?" },
  ];
  await harness.seam.stream("kept", { messages: more }).result;
  const second = await harness.lastEvent();
  expect(written).toBeGreaterThan(1_900);
  expect(Math.abs(Number(second["cached_tokens"]) - written)).toBeLessThan(100);
  expect(Number(second["cache_write_tokens"])).toBeLessThan(100);
});

test("OpenAI's own cache shows in the event, too", async () => {
  const system = longText(2_000);
  await harness.seam.complete("openai", { system, prompt: "First?" });
  await harness.seam.complete("openai", { system, prompt: "Second?" });
  const { cached_tokens, cache_write_tokens } = await harness.lastEvent();
  expect(Number(cached_tokens)).toBeGreaterThan(1_900);
  expect(cache_write_tokens ?? 0).toBe(0);
});

test("marks change no fingerprint: an answer kept without them is found with them", async () => {
  const system = longText(1_500);
  await harness.seam.complete("off", { system, prompt: "Same?" });
  const without = await harness.lastEvent();
  await harness.seam.complete("answers", { system, prompt: "Same?" });
  const marked = await harness.lastEvent();
  expect(marked.fingerprint).toBe(without.fingerprint);
});

test("a setting that is wrong is refused with its path", () => {
  const model = anthropic("claude-sonnet-4-5");
  // @ts-expect-error a lifetime that there is not
  const wrong = () => createSeam({ tasks: { a: { model, promptCache: { ttl: "2h" } } } });
  expect(wrong).toThrow(/tasks\.a\.promptCache\.ttl/);
});
