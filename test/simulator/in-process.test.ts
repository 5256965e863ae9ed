import type { LanguageModelV4CallOptions, LanguageModelV4StreamPart } from "@ai-sdk/provider";
import { type Fault, simulatedModel } from "llm-seam/simulator";
import { describe, expect, test } from "vitest";

const text = "One two three four five six.";
const script = { replies: [{ reply: text }] };
const call: LanguageModelV4CallOptions = {
  prompt: [{ role: "user", content: [{ type: "text", text: "Count." }] }],
  headers: { "x-seam-task": "count" },
};

async function read(stream: ReadableStream<LanguageModelV4StreamPart>) {
  const parts: LanguageModelV4StreamPart[] = [];
  let error: unknown;
  try {
    for await (const part of stream) parts.push(part);
  } catch (failure) {
    error = failure;
  }
  const said = parts.map((part) => (part.type === "text-delta" ? part.delta : "")).join("");
  return { parts, types: parts.map((part) => part.type), said, error };
}

async function streamUnder(fault: Fault, abortSignal?: AbortSignal) {
  const model = simulatedModel({ script, faults: [fault] });
  const { stream } = await model.doStream({ ...call, ...(abortSignal ? { abortSignal } : {}) });
  return { ...(await read(stream)), call: model.calls[0] };
}

describe("the in-process model", () => {
  test("remembers its calls and finds the task in the headers", async () => {
    const model = simulatedModel({ script, provider: "acme", modelId: "tiny" });
    await model.doGenerate(call);
    expect(model).toMatchObject({ provider: "acme", modelId: "tiny", specificationVersion: "v4" });
    expect(model.calls).toMatchObject([
      { index: 0, stream: false, task: "count", fault: "none", aborted: false, answer: { text } },
    ]);
    expect(model.calls[0]?.finishedAt).toBeGreaterThanOrEqual(model.calls[0]?.startedAt ?? 1e9);
  });

  test("takes a new plan and a new script between calls", async () => {
    const model = simulatedModel({ script });
    model.play(["status-503"]);
    model.script({ replies: [{ reply: "new" }] });
    await expect(model.doGenerate(call)).rejects.toMatchObject({ statusCode: 503 });
    expect((await model.doGenerate(call)).content).toEqual([{ type: "text", text: "new" }]);
  });

  test("a condition on the protocol tells it from HTTP", async () => {
    const faults = { sequence: ["status-500"], when: { protocol: "openai" } } as const;
    const model = simulatedModel({ script, faults });
    await model.doGenerate(call);
    expect(model.calls[0]?.fault).toBe("none");
  });

  test("streams a well-formed order of parts", async () => {
    const { types } = await streamUnder("none");
    expect(types.filter((type) => type !== "text-delta")).toEqual([
      "stream-start",
      "response-metadata",
      "text-start",
      "text-end",
      "finish",
    ]);
  });

  test.each([
    [{ type: "clean-end-early", afterTokens: 2 }, "One two ", "interrupted"],
    ["empty-body", "", "interrupted"],
    ["error-200", "", "interrupted"],
    ["malformed-json", "", "error"],
    [{ type: "in-band-error", afterTokens: 2 }, "One two ", "error"],
    ["length", text.slice(0, 14), "length"],
    ["empty-answer", "", "stop"],
  ] as [Fault, string, string][])("%j: text so far, then a telling finish", async (...row) => {
    const [fault, said, finish] = row;
    const stream = await streamUnder(fault);
    expect(stream.said).toBe(said);
    expect(stream.parts.at(-1)).toMatchObject({ finishReason: { unified: finish } });
    expect(stream.types.includes("error")).toBe(finish === "error");
  });

  test("truncated-json keeps a part of the text and is interrupted", async () => {
    const stream = await streamUnder("truncated-json");
    expect(text.startsWith(stream.said) && stream.said.length < text.length).toBe(true);
    expect(stream.parts.at(-1)).toMatchObject({ finishReason: { unified: "interrupted" } });
  });

  test("drop after tokens fails the stream", async () => {
    const stream = await streamUnder({ type: "drop", afterTokens: 2 });
    expect(stream.said).toBe("One two ");
    expect(stream.error).toMatchObject({ isRetryable: true });
  });

  test.each([
    ["stall", "One two thre"],
    ["body-silence", ""],
    ["pings-only", ""],
  ] as const)("%s ends with the caller's abort and its reason", async (fault, said) => {
    const stream = await streamUnder(fault, AbortSignal.timeout(120));
    expect(stream.said).toBe(said);
    expect(stream.error).toMatchObject({ name: "TimeoutError" });
    expect(stream.types.includes("ping")).toBe(fault === "pings-only");
    expect(stream.call?.aborted).toBe(true);
  });

  test("header-silence keeps the stream itself waiting", async () => {
    await expect(streamUnder("header-silence", AbortSignal.timeout(30))).rejects.toMatchObject({
      name: "TimeoutError",
    });
  });

  test("a cancelled stream counts as aborted", async () => {
    const model = simulatedModel({ script, pace: { tokensPerSecond: 10 } });
    const reader = (await model.doStream(call)).stream.getReader();
    await reader.read();
    await reader.cancel();
    expect(model.calls[0]).toMatchObject({ aborted: true, finishedAt: expect.any(Number) });
  });

  test("slow takes its time", async () => {
    const fault = { type: "slow", firstTokenMs: 30, tokensPerSecond: 200 } as const;
    const started = performance.now();
    expect((await streamUnder(fault)).said).toBe(text);
    expect(performance.now() - started).toBeGreaterThan(30 + 6 * 5 - 10);
  });
});
