import type { SharedV4FileData } from "@ai-sdk/provider";
import { expect, test } from "vitest";
import { estimateTokens, tokensOfMessages } from "./estimate.ts";

const user = (text: string) => ({
  role: "user" as const,
  content: [{ type: "text" as const, text }],
});

test("a prompt is estimated rather too large than too small, in any script", () => {
  const english = "The parcel left our warehouse this morning and arrives tomorrow. ".repeat(50);
  const { input } = estimateTokens({ prompt: [user(english)] });
  expect(input).toBeGreaterThan(english.length / 4);
  expect(input).toBeLessThan(english.length / 2);
  const japanese = "荷物は今朝倉庫を出発しました。".repeat(50);
  expect(estimateTokens({ prompt: [user(japanese)] }).input).toBeGreaterThan(japanese.length * 0.9);
});

test("tools, the wanted schema and files count, however many bytes a file has", () => {
  const bare = estimateTokens({ prompt: [user("hello")] }).input;
  const tool = {
    type: "function" as const,
    name: "look_up",
    description: "Looks an order up by its number.",
    inputSchema: { type: "object" as const, properties: { order: { type: "integer" as const } } },
  };
  expect(estimateTokens({ prompt: [user("hello")], tools: [tool] }).input).toBeGreaterThan(
    bare + 20,
  );
  const file = (bytes: number) => ({
    role: "user" as const,
    content: [
      {
        type: "file" as const,
        mediaType: "image/png",
        data: { type: "data" as const, data: new Uint8Array(bytes) },
      },
    ],
  });
  const small = estimateTokens({ prompt: [file(10)] }).input;
  expect(small).toBe(estimateTokens({ prompt: [file(5_000_000)] }).input);
  expect(small).toBeGreaterThan(1_000);
});

test("a file in a tool's result counts as a file, and a text as the text it is", () => {
  const resultOf = (data: SharedV4FileData) => {
    const value = [{ type: "file" as const, mediaType: "text/plain", data }];
    const part = { type: "tool-result" as const, toolCallId: "1", toolName: "read" };
    const content = [{ ...part, output: { type: "content" as const, value } }];
    return tokensOfMessages([{ content }]);
  };
  const bytes = resultOf({ type: "data", data: "A".repeat(3_000_000) });
  expect(bytes).toBeGreaterThan(1_000);
  expect(bytes).toBeLessThan(2_000);
  expect(resultOf({ type: "text", text: "abc".repeat(50_000) })).toBeGreaterThan(50_000);
});

test("the answer is taken to be as long as it may become", () => {
  expect(estimateTokens({ prompt: [user("x")], maxOutputTokens: 50 }).output).toBe(50);
  expect(estimateTokens({ prompt: [user("x")] }).output).toBeGreaterThan(1_000);
});
