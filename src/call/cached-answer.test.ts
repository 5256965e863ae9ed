import type { LanguageModelV4GenerateResult } from "@ai-sdk/provider";
import { expect, test } from "vitest";
import { Assembler } from "./assemble.ts";
import { decodeCached, encodeCached, isCacheable, replay } from "./cached-answer.ts";

const result: LanguageModelV4GenerateResult = {
  content: [
    { type: "reasoning", text: "Let me see.", providerMetadata: { anthropic: { signature: "s" } } },
    { type: "text", text: "Two files:", providerMetadata: { openai: { itemId: "i" } } },
    {
      type: "file",
      mediaType: "image/png",
      data: { type: "data", data: new Uint8Array([0, 255, 7]) },
    },
    { type: "source", sourceType: "url", id: "1", url: "https://example.com", title: "a page" },
    { type: "tool-call", toolCallId: "c1", toolName: "lookUp", input: '{"id":"4711"}' },
    { type: "text", text: "That is all. 🎉" },
  ],
  finishReason: { unified: "tool-calls", raw: "tool_use" },
  usage: {
    inputTokens: { total: 10, noCache: 10, cacheRead: 0, cacheWrite: 0 },
    outputTokens: { total: 5, text: 5, reasoning: 0 },
  },
  warnings: [{ type: "other", message: "old" }],
  providerMetadata: { anthropic: { container: null } },
  response: {
    id: "r1",
    modelId: "m-2026",
    timestamp: new Date("2026-01-15T12:00:00Z"),
    headers: { "set-cookie": "session=secret" },
  },
};

const later = Date.now() + 60_000;
const kept = encodeCached({ result, target: "a/m", costUsd: 0.5, expiresAt: later });

test("an answer comes back whole: bytes, dates, metadata; its usage is none, its headers are gone", () => {
  const found = decodeCached(kept, Date.now());
  expect(found).toMatchObject({ target: "a/m", costUsd: 0.5 });
  expect(found?.result.content).toEqual(result.content);
  expect(found?.result.finishReason).toEqual(result.finishReason);
  expect(found?.result.providerMetadata).toEqual(result.providerMetadata);
  expect(found?.result.response).toEqual({
    id: "r1",
    modelId: "m-2026",
    timestamp: new Date("2026-01-15T12:00:00Z"),
  });
  expect(found?.result.usage.outputTokens.total).toBe(0);
  expect(kept).not.toContain("secret");
});

test("an answer past its time is none, nor is anything else that a store may hold", () => {
  expect(decodeCached(kept, later)).toBeUndefined();
  expect(decodeCached(JSON.stringify({ result: {} }), Date.now())).toBeUndefined();
  expect(decodeCached(JSON.stringify({ result: { content: [] } }), Date.now())).toBeUndefined();
});

test("replayed as a stream it is the same answer again", async () => {
  const found = decodeCached(kept, Date.now());
  if (found === undefined) throw new Error("nothing was found");
  const assembler = new Assembler();
  const types: string[] = [];
  for await (const part of replay(found.result).read()) {
    types.push(part.type);
    assembler.add(part);
  }
  const again = assembler.result(undefined);
  expect(again.content).toEqual(result.content);
  expect(again.finishReason).toEqual(result.finishReason);
  expect(again.response).toMatchObject({ modelId: "m-2026" });
  expect(types[0]).toBe("stream-start");
  expect(types.at(-1)).toBe("finish");
  expect(types.filter((type) => type === "tool-input-start")).toHaveLength(1);
});

test("only whole answers are kept", () => {
  const withFinish = (unified: LanguageModelV4GenerateResult["finishReason"]["unified"]) =>
    isCacheable({ ...result, finishReason: { unified, raw: undefined } });
  expect(withFinish("stop")).toBe(true);
  expect(withFinish("tool-calls")).toBe(true);
  for (const finish of ["length", "content-filter", "error", "other", "interrupted"] as const) {
    expect(withFinish(finish), finish).toBe(false);
  }
});
