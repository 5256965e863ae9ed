import { describe, expect, test } from "vitest";
import { z } from "zod";
import { startHarness } from "../support/harness.ts";

const model = "anthropic/claude-haiku-4-5";
const kind = z.object({ kind: z.enum(["refund", "other"]) });

describe("a rule that is certain", () => {
  test("answers complete, stream and extract without a request, at no cost, with an event that says so", async () => {
    await using harness = await startHarness({ tasks: { ask: { model } } });
    const { seam, simulator } = harness;
    const prompt = "What does article 17 cost?";

    const text = await seam.complete("ask", { prompt, rule: () => "12.50 EUR" });
    expect(text).toMatchObject({ text: "12.50 EUR", source: "rule", target: "rule", cost: 0 });
    expect(text.usage).toMatchObject({ inputTokens: 0, outputTokens: 0 });

    const stream = seam.stream("ask", { prompt, rule: () => "12.50 EUR" });
    const pieces: string[] = [];
    for await (const piece of stream) pieces.push(piece);
    expect(pieces.join("")).toBe("12.50 EUR");
    expect(await stream.result).toMatchObject({ source: "rule", finishReason: "stop" });

    const value = await seam.extract("ask", {
      prompt,
      schema: kind,
      rule: () => ({ kind: "refund" }),
    });
    expect(value).toMatchObject({ value: { kind: "refund" }, source: "rule", asks: 1 });

    expect(simulator.requests).toHaveLength(0);
    for (const event of await harness.events()) {
      expect(event).toMatchObject({ source: "rule", attempts: [], answered_by: null, cost_usd: 0 });
    }
  });

  test("may be a task's: it sees the text and the tags, and feature code knows nothing of it", async () => {
    await using harness = await startHarness({
      tasks: {
        greet: {
          model,
          rule: ({ task, text, messages, tags }) =>
            text === "hi" ? `${task} ${tags.user} ${messages.length}` : undefined,
        },
      },
    });
    const { seam, simulator } = harness;
    const options = { system: "Be kind.", tags: { user: "ada" } };
    expect(await seam.complete("greet", { ...options, prompt: "hi" })).toMatchObject({
      text: "greet ada 2",
    });
    expect(simulator.requests).toHaveLength(0);
    expect((await seam.complete("greet", { ...options, prompt: "hello" })).source).toBe("model");
    expect(simulator.requests).toHaveLength(1);
  });

  test("of the call goes before the task's", async () => {
    await using harness = await startHarness({
      tasks: { ask: { model, rule: () => "the task's" } },
    });
    const ask = (rule: () => string | undefined) =>
      harness.seam.complete("ask", { prompt: "who?", rule });
    expect((await ask(() => "the call's")).text).toBe("the call's");
    expect((await ask(() => undefined)).text).toBe("the task's");
  });

  test("a value that is no object, and a text where JSON is wanted, are values like any other", async () => {
    await using harness = await startHarness({ tasks: { ask: { model } } });
    const list = await harness.seam.extract("ask", {
      prompt: "which?",
      schema: z.array(z.int()),
      rule: () => [1, 2],
    });
    const text = await harness.seam.extract("ask", {
      prompt: "which?",
      schema: z.string(),
      rule: () => '{"not": "parsed"}',
    });
    expect([list.value, text.value]).toEqual([[1, 2], '{"not": "parsed"}']);
    expect(harness.simulator.requests).toHaveLength(0);
  });
});

describe("a rule that fails", () => {
  test.each([
    [
      "throws",
      () => {
        throw new Error("the table is gone");
      },
      /the table is gone/,
    ],
    ["returns a promise", () => Promise.resolve("late"), /must not return a promise/],
    ["returns what does not fit", () => ({ kind: "unheard of" }), /No answer could be used/],
  ])(
    "%s: the call goes on to the model, with a note, and it is counted",
    async (_name, rule, note) => {
      await using harness = await startHarness({ tasks: { ask: { model, rule } } });
      const { value, source } = await harness.seam.extract("ask", {
        prompt: "which?",
        schema: kind,
      });
      expect(kind.parse(value)).toEqual(value);
      expect(source).toBe("model");
      expect((await harness.lastEvent()).notes).toEqual([expect.stringMatching(note)]);
      expect(harness.seam.troubles()).toEqual({ "A rule of ask failed": 1 });
    },
  );

  test("is not asked again when the model's answer is", async () => {
    let asked = 0;
    const rule = (): undefined => {
      asked++;
    };
    await using harness = await startHarness(
      { tasks: { ask: { model, rule } } },
      { faults: ["json-invalid"] },
    );
    const { asks } = await harness.seam.extract("ask", { prompt: "which?", schema: kind });
    expect([asks, asked]).toEqual([2, 1]);
  });
});

test("a rule for extract is typed by the schema", async () => {
  await using harness = await startHarness({ tasks: { ask: { model } } });
  const wrong = harness.seam.extract("ask", {
    prompt: "which?",
    schema: kind,
    // @ts-expect-error "refunds" is none of the kinds
    rule: () => ({ kind: "refunds" }),
  });
  expect((await wrong).source).toBe("model");
});
