import type { EmbeddingModelV4 } from "@ai-sdk/provider";
import { describe, expect, it } from "vitest";
import { eventOf } from "../../../test/support/event.ts";
import { Refused } from "../../errors.ts";
import { defineEval } from "../suite/define-eval.ts";
import { citations } from "./citations.ts";
import { costUnder, latencyUnder, tokensUnder } from "./limits.ts";
import type { ToolCallLike } from "./made-calls.ts";
import { refusal } from "./refusal.ts";
import { scored, scoreOf, trialOf } from "./scorers.testkit.ts";
import { similar } from "./similar.ts";
import { type TrajectoryMode, toolCalls, trajectory } from "./tool-calls.ts";

const lookUp = { name: "lookUp", arguments: { id: "A-1" } };
const refund = { name: "refund", arguments: { amount: 42, reason: "Broken" } };

describe("toolCalls", () => {
  const of = (output: readonly ToolCallLike[]): unknown => output;
  const score = (
    made: readonly ToolCallLike[],
    wanted: readonly ToolCallLike[],
    options: Parameters<typeof toolCalls>[0] = {},
  ): Promise<number | null> => scoreOf(toolCalls({ of, ...options } as object), made, wanted);

  it("gives F1, precision and recall over calls, each paired once", async () => {
    expect(await score([lookUp, refund], [refund, lookUp])).toBe(1);
    expect(await score([lookUp, lookUp], [lookUp])).toBeCloseTo(2 / 3);
    expect(await score([lookUp, lookUp], [lookUp], { measure: "precision" })).toBe(0.5);
    expect(await score([lookUp], [lookUp, refund], { measure: "recall" })).toBe(0.5);
    expect(await score([], [])).toBe(1);
    expect(await score([lookUp], [])).toBe(0);
  });

  it("counts only calls in the expected order where it is strict", async () => {
    expect(await score([refund, lookUp], [lookUp, refund], { order: "strict" })).toBe(0.5);
    expect(await score([lookUp, refund], [lookUp, refund], { order: "strict" })).toBe(1);
  });

  it("compares arguments by their types", async () => {
    const near = { name: "refund", arguments: { reason: "broken ", amount: 42.004 } };
    const options = { tolerance: { absolute: 0.01 }, text: { caseSensitive: false } };
    expect(await score([near], [refund])).toBe(0);
    expect(await score([near], [refund], options)).toBe(1);
    expect(await score([near], [refund], { arguments: "ignore" })).toBe(1);
    const part = { name: "refund", arguments: { amount: 42 } };
    expect(await score([refund], [part])).toBe(0);
    expect(await score([refund], [part], { arguments: "subset" })).toBe(1);
    expect(await score([refund], [{ name: "refund" }])).toBe(1);
  });

  it("says what is missing, and how the nearest call differs", async () => {
    const made = [{ name: "refund", arguments: { amount: 4, reason: "Broken" } }];
    expect((await scored(toolCalls({ expected: [refund] }), made)).reason).toBe(
      "refund is missing; called: refund with amount: 4 instead of 42",
    );
  });

  it.each([
    ["the AI SDK", { toolCalls: [{ toolName: "lookUp", input: { id: "A-1" } }] }],
    ["an agent's run", { steps: [{ toolCalls: [{ name: "lookUp", input: { id: "A-1" } }] }] }],
    ["OpenAI", { tool_calls: [{ function: { name: "lookUp", arguments: '{"id":"A-1"}' } }] }],
    ["Anthropic", { content: [{ type: "tool_use", name: "lookUp", input: { id: "A-1" } }] }],
  ])("reads the output of %s", async (_, output) => {
    expect(await scoreOf(toolCalls(), output, [lookUp])).toBe(1);
    expect(await scoreOf(toolCalls(), output, ["lookUp"])).toBe(1);
  });

  it("takes malformed arguments as they are, and what is no call as none", async () => {
    const broken = [{ function: { name: "lookUp", arguments: "{" } }];
    expect(await scoreOf(toolCalls(), broken, [lookUp])).toBe(0);
    expect(await scoreOf(toolCalls(), "no calls", [])).toBe(1);
    await expect(scored(toolCalls(), "x", [1])).rejects.toThrow("as a list of calls");
  });

  it("reads the events of the trial before its output", async () => {
    const calls = [
      eventOf({
        id: "1",
        response: [
          { type: "tool-call", toolCallId: "t1", toolName: "lookUp", input: '{"id":"A-1"}' },
        ],
      }),
    ];
    expect(await scoreOf(toolCalls(), [refund], [lookUp], { calls })).toBe(1);
  });

  it("fits a suite of any output", () => {
    defineEval({
      name: "a",
      data: [{ input: "x", expected: { tools: ["lookUp"] } }],
      run: async () => ({ text: "" }),
      scorers: [
        toolCalls({ expected: ({ tools }: { tools: string[] }) => tools }),
        trajectory({ expected: ["lookUp"] }),
      ],
    });
  });
});

describe("trajectory", () => {
  const table: readonly [TrajectoryMode, string, string, number][] = [
    ["exact", "a b", "a b", 1],
    ["exact", "a b c", "a b", 0],
    ["exact", "b a", "a b", 0],
    ["in-order", "x a y b", "a b", 1],
    ["in-order", "b a", "a b", 0],
    ["any-order", "b a", "a b", 1],
    ["any-order", "b a a", "a b", 0],
    ["superset", "x b a", "a b", 1],
    ["superset", "a", "a a", 0],
    ["subset", "a", "a b", 1],
    ["subset", "a a", "a b", 0],
    ["subset", "", "a", 1],
  ];
  it.each(table)("%s: %j for %j is %d", async (mode, made, expected, score) => {
    const of = (names: string): unknown =>
      names.split(" ").flatMap((name) => (name === "" ? [] : [{ name, input: {} }]));
    const scorer = trajectory({ of, mode, expected: expected.split(" ") });
    expect(await scoreOf(scorer, made)).toBe(score);
  });
});

describe("citations", () => {
  it.each([
    ["It is so [1]. And so [2][3].", ["1", "2", "3"]],
    ["So[1, 3], or so [5\u20137] [^9].", ["1", "3", "5", "6", "7", "9"]],
    ["[see](x), [a1], [12345]", []],
    ["[1-999]", ["1", "999"]],
  ])("%j cites %j", async (text, cited) => {
    expect(await scoreOf(citations(), text, cited)).toBe(1);
  });

  it("gives precision and recall, and finds what it is told to find", async () => {
    expect(await scoreOf(citations({ measure: "precision" }), "[1][2]", [1])).toBe(0.5);
    expect(await scored(citations({ measure: "recall" }), "[1]", [1, 2])).toEqual({
      score: 0.5,
      reason: 'missing: "2"',
    });
    const find = (text: string): string[] => text.match(/doc-\d+/g) ?? [];
    expect(await scoreOf(citations({ find }), "as doc-7 says", ["doc-7"])).toBe(1);
  });
});

describe("refusal", () => {
  it("knows a refusal by its opening", async () => {
    expect(await scoreOf(refusal(), "I\u2019m sorry, but I can\u2019t help with that.", true)).toBe(
      1,
    );
    expect(await scored(refusal(), "Sure: 42.", true)).toEqual({
      score: 0,
      reason: "it does not refuse",
    });
    expect(await scoreOf(refusal(), "I don't know.", false)).toBe(0);
    const late = `${"Here is the whole story. ".repeat(10)}I cannot help with more.`;
    expect(await scoreOf(refusal(), late, false)).toBe(1);
    expect(await scoreOf(refusal({ phrases: ["leider"] }), "Leider nein.", true)).toBe(1);
  });

  it("knows one by the provider's filter, and by the error", async () => {
    const calls = [eventOf({ id: "1", finishReason: "content-filter" })];
    expect(await scoreOf(refusal(), "", true, { calls })).toBe(1);
    const trial = trialOf("", true);
    expect(refusal().scoreError?.({ ...trial, error: new Refused("No.") })).toMatchObject({
      score: 1,
    });
    expect(
      refusal().scoreError?.({ ...trial, expected: false, error: new Refused("No.") }),
    ).toMatchObject({
      score: 0,
    });
    expect(refusal().scoreError?.({ ...trial, error: new Error("down") })).toMatchObject({
      score: 0,
    });
  });
});

describe("limits", () => {
  it("hold, do not hold, or do not apply", async () => {
    expect(await scoreOf(latencyUnder("2s"), "", undefined, { latencyMs: 2_000 })).toBe(1);
    expect(await scored(latencyUnder("2s"), "", undefined, { latencyMs: 2_500 })).toEqual({
      score: 0,
      reason: "2.5 s instead of 2 s at most",
    });
    expect((await scored(latencyUnder("2s"), "")).score).toBeNull();
    expect(await scored(costUnder(0.01), "", undefined, { costUsd: 0.0234 })).toEqual({
      score: 0,
      reason: "$0.0234 instead of $0.01 at most",
    });
    expect(await scoreOf(tokensUnder(10), "", undefined, { tokens: 10 })).toBe(1);
    expect(await scored(tokensUnder(10), "")).toEqual({
      score: null,
      reason: "the tokens are not known",
    });
    expect(() => costUnder(-1)).toThrow(RangeError);
    expect(() => latencyUnder("2 weeks" as "2s")).toThrow(RangeError);
  });
});

describe("similar", () => {
  const vectors: Readonly<Record<string, number[]>> = { a: [1, 0], b: [1, 1], c: [-1, 0] };
  const embed = async (texts: string[]): Promise<number[][]> =>
    texts.map((one) => vectors[one] ?? []);

  it("is the cosine to the nearest reference, 0 at least", async () => {
    expect(await scoreOf(similar({ embed }), "a", "b")).toBeCloseTo(Math.SQRT1_2);
    expect(await scoreOf(similar({ embed }), "a", ["c", "a"])).toBe(1);
    expect(await scoreOf(similar({ embed }), "a", "c")).toBe(0);
  });

  it("does not apply without an embedder, and fails with one that gives no vectors", async () => {
    expect(await scored(similar(), "a", "b")).toMatchObject({ score: null });
    await expect(scored(similar({ embed }), "a", "unknown")).rejects.toThrow(
      "`embed` must give 2 vectors of numbers, all of one length",
    );
  });

  it("asks an embedding model of the AI SDK, as many at once as it takes, and hands on the signal", async () => {
    const asked: string[][] = [];
    const signals: unknown[] = [];
    const model: EmbeddingModelV4 = {
      specificationVersion: "v4",
      provider: "test",
      modelId: "test",
      maxEmbeddingsPerCall: 1,
      supportsParallelCalls: false,
      doEmbed: async ({ values, abortSignal }) => {
        asked.push([...values]);
        signals.push(abortSignal);
        return { embeddings: await embed([...values]), warnings: [] };
      },
    };
    const { signal } = new AbortController();
    expect(await scoreOf(similar({ embed: model }), "a", "a", { signal })).toBe(1);
    expect(asked).toEqual([["a"], ["a"]]);
    expect(signals).toEqual([signal, signal]);
  });
});
