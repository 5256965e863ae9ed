import type { ReplyRule } from "llm-seam/simulator";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import {
  collect,
  type Harness,
  rejection,
  type StoredEvent,
  startHarness,
} from "../support/harness.ts";

const haiku = "anthropic/claude-haiku-4-5";
const mini = "openai/gpt-4.1-mini";
const tasks = {
  ask: { model: haiku },
  backed: { model: haiku, fallbacks: [mini] },
  roomy: { model: haiku, settings: { maxOutputTokens: 8 } },
  tight: { model: haiku, settings: { maxOutputTokens: 8 }, extract: { maxOutputTokens: 8 } },
  openai: { model: mini },
  local: { model: "local/qwen3" },
  older: { model: "anthropic/claude-3-5-haiku-latest" },
} as const;
type Task = keyof typeof tasks;

const schema = z.object({ category: z.enum(["billing", "shipping"]), order: z.int().min(1) });
const good = { category: "shipping", order: 4711 } as const;
const bad = { category: "weather", order: 0 };
const prompt = "Where is order 4711?";

/** Answers one after another. */
function saying(...replies: ReplyRule["reply"][]): Promise<Harness<Task>> {
  const last = replies.length - 1;
  return startHarness(
    {
      tasks,
      defaults: { retry: { attempts: 2, baseDelay: 1 } },
    },
    {
      script: {
        replies: replies.map((reply, index) => (index === last ? { reply } : { reply, times: 1 })),
      },
    },
  );
}

const asJson = (value: unknown): ReplyRule["reply"] => ({ type: "json", value });

/** The events of the newest call, the parent first. */
async function family(harness: Harness<Task>): Promise<StoredEvent[]> {
  const events = await harness.events();
  return [...events].sort((a, b) => Number(a.parent_id !== null) - Number(b.parent_id !== null));
}

describe("the way to a value", () => {
  test("a good answer is one request and one event", async () => {
    await using harness = await saying(asJson(good));
    const result = await harness.seam.extract("ask", { prompt, schema });
    expect(result).toMatchObject({ value: good, asks: 1, source: "model", finishReason: "stop" });
    expect(await harness.events()).toMatchObject([
      { id: result.callId, parent_id: null, children: 0, pattern: "extract" },
    ]);
  });

  test("fences, prose and loose JSON cost no second request", async () => {
    const text = `Of course:\n\`\`\`json\n{category: 'shipping', order: 4711,}\n\`\`\``;
    await using harness = await saying(text);
    expect((await harness.seam.extract("ask", { prompt, schema })).value).toEqual(good);
    expect(harness.simulator.requests).toHaveLength(1);
  });

  test("a wrong answer is asked again once, with its own words and every issue quoted", async () => {
    await using harness = await saying(asJson(bad), asJson(good));
    const result = await harness.seam.extract("ask", { prompt, schema, system: "Be exact." });
    expect(result).toMatchObject({ value: good, asks: 2 });
    const body = harness.simulator.requests[1]?.body as {
      messages: { role: string; content: unknown }[];
    };
    expect(body.messages.map(({ role }) => role)).toEqual(["user", "assistant", "user"]);
    expect(JSON.stringify(body.messages[1])).toContain(
      JSON.stringify(JSON.stringify(bad)).slice(1, -1),
    );
    const corrective = JSON.stringify(body.messages[2]);
    expect(corrective).toContain("- category: ");
    expect(corrective).toContain("- order: ");

    const [parent, ...asks] = await family(harness);
    expect(parent).toMatchObject({
      id: result.callId,
      children: 2,
      parent_id: null,
      error_code: null,
      attempt_count: 2,
      attempts: [{ outcome: "InvalidOutput" }, { outcome: "ok" }],
    });
    expect(asks).toMatchObject([
      { parent_id: result.callId, trace_id: result.callId, error_code: "InvalidOutput" },
      { parent_id: result.callId, trace_id: result.callId, error_code: null },
    ]);
    for (const column of ["input_tokens", "output_tokens", "cost_usd"]) {
      const sum = asks.reduce((total, ask) => total + Number(ask[column]), 0);
      expect(Number(parent?.[column]), column).toBeCloseTo(sum, 12);
      expect(sum).toBeGreaterThan(0);
    }
    expect(result.cost).toBeCloseTo(Number(parent?.["cost_usd"]), 12);
    expect(result.usage.outputTokens).toBe(parent?.["output_tokens"]);
  });

  test("after that the fallback is asked afresh", async () => {
    await using harness = await saying(asJson(bad), "no idea", asJson(good));
    const result = await harness.seam.extract("backed", { prompt, schema });
    expect(result).toMatchObject({ value: good, asks: 3, target: mini });
    expect(harness.simulator.requests.map(({ model }) => model)).toEqual([
      "claude-haiku-4-5",
      "claude-haiku-4-5",
      "gpt-4.1-mini",
    ]);
    const fresh = JSON.stringify(harness.simulator.requests[2]?.body);
    expect(fresh).not.toContain("could not be used");
    const [parent] = await family(harness);
    expect(parent).toMatchObject({ children: 3, answered_by: mini, error_code: null });
  });

  test("when all is in vain, every answer and every issue is in the error", async () => {
    await using harness = await saying(asJson(bad), "no idea", asJson({ order: 1 }));
    const error = await rejection(harness.seam.extract("backed", { prompt, schema }));
    expect(error).toMatchObject({
      code: "InvalidOutput",
      task: "backed",
      attempts: { length: 3 },
      outputs: [
        {
          target: haiku,
          text: JSON.stringify(bad),
          issues: [{ path: "category" }, { path: "order" }],
        },
        { target: haiku, text: "no idea", issues: [{ path: "" }] },
        { target: mini, text: '{"order":1}', issues: [{ path: "category" }] },
      ],
    });
    const [parent] = await family(harness);
    expect(parent).toMatchObject({ error_code: "InvalidOutput", children: 3, attempt_count: 3 });
    expect(parent?.id).toBe((error as { callId?: string }).callId);
  });

  test("faults on the way are retried within each ask", async () => {
    await using harness = await saying(asJson(bad), asJson(good));
    harness.simulator.play(["status-500", "none", "drop"]);
    expect(await harness.seam.extract("ask", { prompt, schema })).toMatchObject({
      value: good,
      asks: 2,
    });
    expect(harness.simulator.requests).toHaveLength(4);
    const [parent] = await family(harness);
    expect(parent?.attempts.map(({ outcome }) => outcome)).toEqual([
      "ProviderUnavailable",
      "InvalidOutput",
      "ProviderUnavailable",
      "ok",
    ]);
  });

  test("all asks share one deadline", async () => {
    await using harness = await saying(asJson(bad), asJson(bad), asJson(good));
    await harness.seam.complete("backed", { prompt: "warm up" }).catch(() => {});
    harness.simulator.play([
      { type: "slow", firstTokenMs: 150, tokensPerSecond: 10_000 },
      "header-silence",
    ]);
    const begun = performance.now();
    const error = await rejection(
      harness.seam.extract("ask", { prompt, schema, limits: { deadline: 300 } }),
    );
    expect(error).toMatchObject({ code: expect.stringMatching(/DeadlineExceeded|InvalidOutput/) });
    expect(performance.now() - begun).toBeLessThan(3_000);
  });
});

describe("a truncated answer", () => {
  const long = { category: "shipping", order: 4711 };

  test("is asked again with more room, and only its length changes", async () => {
    await using harness = await saying(asJson(long));
    const result = await harness.seam.extract("roomy", { prompt, schema });
    expect(result).toMatchObject({ value: long, asks: 2 });
    const bodies = harness.simulator.requests.map(
      ({ body }) => body as { max_tokens: number; messages: unknown },
    );
    expect(bodies.map(({ max_tokens }) => max_tokens)).toEqual([8, 32]);
    expect(bodies[1]?.messages).toEqual(bodies[0]?.messages);
    const [parent] = await family(harness);
    expect(parent?.attempts).toMatchObject([{ outcome: "Truncated" }, { outcome: "ok" }]);
  });

  test("without more room is Truncated with its text, after one request and no repair", async () => {
    await using harness = await saying(asJson(long));
    const error = await rejection(harness.seam.extract("tight", { prompt, schema }));
    expect(error).toMatchObject({ code: "Truncated", text: JSON.stringify(long).slice(0, 32) });
    expect(harness.simulator.requests).toHaveLength(1);
  });

  test("is Truncated even when what there is would fit the schema", async () => {
    await using harness = await saying({ type: "json", value: long, finish: "length" });
    expect(await rejection(harness.seam.extract("tight", { prompt, schema }))).toMatchObject({
      code: "Truncated",
    });
  });
});

test("a refusal is Refused and never parsed, even when it looks like an answer", async () => {
  for (const task of ["ask", "openai", "local", "backed"] as const) {
    await using harness = await saying({
      type: "text",
      text: JSON.stringify(good),
      finish: "refusal",
    });
    const error = await rejection(harness.seam.extract(task, { prompt, schema }));
    expect(error).toMatchObject({ code: "Refused", task });
    expect(harness.simulator.requests).toHaveLength(1);
  }
});

describe("what the provider is sent", () => {
  const optional = z.object({ order: z.int(), note: z.string().optional() });

  test("Anthropic gets the schema natively; an older model gets it as a tool", async () => {
    await using harness = await saying(asJson(good));
    for (const task of ["ask", "older"] as const) {
      expect((await harness.seam.extract(task, { prompt, schema })).value).toEqual(good);
    }
    const [native, older] = harness.simulator.requests.map(({ body }) => JSON.stringify(body));
    expect(native).toMatch(/"(?:output_format|output_config)":\{.*json_schema/);
    expect(older).toMatch(/"tool_choice":/);
  });

  test("OpenAI gets strict mode where its rules allow the schema, and plain mode for optional members", async () => {
    await using harness = await saying(asJson(good));
    for (const task of ["openai", "local"] as const) {
      await harness.seam.extract(task, { prompt, schema, schemaName: "ticket" });
      expect((await harness.seam.extract(task, { prompt, schema: optional })).value).toEqual({
        order: 4711,
      });
    }
    const formats = harness.simulator.requests.map(
      ({ body }) =>
        (body as { response_format: { json_schema: object } }).response_format.json_schema,
    );
    expect(formats[0]).toMatchObject({
      name: "ticket",
      strict: true,
      schema: { additionalProperties: false },
    });
    expect(formats[1]).toMatchObject({ strict: false, schema: { required: ["order"] } });
    expect(formats[2]).toMatchObject({ name: "ticket", strict: true });
    expect(formats[3]).toMatchObject({ strict: false });
  });

  test("OpenAI's strict mode holds for nested objects, lists and choices", async () => {
    await using harness = await saying(asJson({ value: [] }));
    const strictOf = async (inner: z.ZodType): Promise<unknown> => {
      harness.simulator.clear();
      await harness.seam.extract("openai", { prompt, schema: z.array(inner) });
      const body = harness.simulator.requests[0]?.body as {
        response_format: { json_schema: { strict: boolean } };
      };
      return body.response_format.json_schema.strict;
    };
    expect(await strictOf(z.object({ a: z.object({ b: z.string() }) }))).toBe(true);
    expect(await strictOf(z.object({ a: z.object({ b: z.string().optional() }) }))).toBe(false);
    expect(
      await strictOf(
        z.union([z.object({ a: z.string() }), z.object({ b: z.string().optional() })]),
      ),
    ).toBe(false);
    expect(await strictOf(z.record(z.string(), z.number()))).toBe(false);
  });
});

describe("streamExtract", () => {
  const value = { category: "shipping", order: 4711, lines: [{ text: "one" }, { text: "two" }] };
  const wide = z.object({
    category: z.string(),
    order: z.int(),
    lines: z.array(z.object({ text: z.string() })),
  });

  test("gives ever more of the value, and the validated whole at the end", async () => {
    await using harness = await saying(asJson(value));
    const stream = harness.seam.streamExtract("ask", { prompt, schema: wide });
    const { pieces, error } = await collect(stream);
    expect(error).toBeUndefined();
    expect(pieces.at(-1)).toEqual(value);
    expect(pieces.length).toBeGreaterThan(2);
    for (const [index, piece] of pieces.entries()) {
      const next = pieces[index + 1];
      if (next !== undefined)
        expect(isPartOf(piece, next), JSON.stringify([piece, next])).toBe(true);
    }
    expect(await stream.result).toMatchObject({ value, asks: 1, callId: stream.callId });
    expect(await harness.events()).toMatchObject([
      { id: stream.callId, mode: "stream", children: 0 },
    ]);
  });

  test("starts anew when the model is asked again", async () => {
    await using harness = await saying(asJson({ ...value, order: "none" }), asJson(value));
    const stream = harness.seam.streamExtract("ask", { prompt, schema: wide });
    const { pieces } = await collect(stream);
    expect(pieces.at(-1)).toEqual(value);
    expect(await stream.result).toMatchObject({ value, asks: 2 });
    expect(await family(harness)).toMatchObject([{ children: 2 }, {}, {}]);
  });

  test("unpacks values that travel inside an object", async () => {
    await using harness = await saying(asJson({ value: ["a", "b", "c"] }));
    const stream = harness.seam.streamExtract("ask", { prompt, schema: z.array(z.string()) });
    const { pieces } = await collect(stream);
    expect(pieces.every((piece) => Array.isArray(piece))).toBe(true);
    expect((await stream.result).value).toEqual(["a", "b", "c"]);
  });

  test("fails in the loop and in the result alike; no half value counts", async () => {
    await using harness = await saying(asJson(value));
    harness.simulator.play([{ type: "drop", afterTokens: 6 }]);
    const stream = harness.seam.streamExtract("ask", { prompt, schema: wide });
    const { pieces, error } = await collect(stream);
    expect(pieces.length).toBeGreaterThan(0);
    expect(error).toMatchObject({ code: "StreamInterrupted", callId: stream.callId });
    expect(await rejection(stream.result)).toBe(error);
  });

  test("a reader who leaves aborts the provider", async () => {
    await using harness = await saying(asJson(value));
    harness.simulator.play([{ type: "stall", afterTokens: 6 }]);
    const stream = harness.seam.streamExtract("ask", { prompt, schema: wide });
    for await (const _ of stream) break;
    expect(await rejection(stream.result)).toMatchObject({ name: "AbortError" });
    expect(harness.simulator.inFlight).toBeLessThanOrEqual(1);
  });
});

/** Whether a later partial value holds all of an earlier one: longer texts and lists, more members. */
function isPartOf(earlier: unknown, later: unknown): boolean {
  if (typeof earlier === "string") return typeof later === "string" && later.startsWith(earlier);
  if (Array.isArray(earlier)) {
    return Array.isArray(later) && earlier.every((item, index) => isPartOf(item, later[index]));
  }
  if (typeof earlier === "object" && earlier !== null) {
    return Object.entries(earlier).every(([key, inner]) =>
      isPartOf(inner, (later as Record<string, unknown>)[key]),
    );
  }
  return earlier === later;
}
