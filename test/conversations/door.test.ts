import { createSeam, InvalidRequest, type Message } from "llm-seam";
import { simulatedModel } from "llm-seam/simulator";
import { afterAll, describe, expect, test } from "vitest";
import { rejection } from "../support/harness.ts";

const model = simulatedModel({ script: { replies: [{ reply: "Yes." }] } });
const seam = createSeam({ tasks: { chat: { model } }, store: false });
afterAll(() => seam.close());

const call = { type: "tool-call", toolCallId: "1", toolName: "look", input: {} } as const;
const output = { type: "text", value: "seen" } as const;
const result = { type: "tool-result", toolCallId: "1", toolName: "look", output } as const;
const question: Message = { role: "user", content: "Look." };
const asks: Message = { role: "assistant", content: [call] };
const sees: Message = { role: "tool", content: [result] };

test("an id that is no text is refused: a store would take it for another one", () => {
  for (const id of ["\ud800", "a\udc00", "", "i".repeat(201)]) {
    expect(() => seam.conversation(id, { task: "chat" })).toThrow(/1 to 200 characters/);
  }
  expect(seam.conversation("😀".repeat(100), { task: "chat" }).id).toHaveLength(200);
});

test("options that are none are refused", async () => {
  expect(() => seam.conversation("none", null as never)).toThrow(InvalidRequest);
  const chat = seam.conversation("none", { task: "chat" });
  expect(await rejection(chat.send("Hello", null as never))).toBeInstanceOf(InvalidRequest);
});

test.each([{ system: 5 }, { pins: "one text" }, { pins: [5] }])(
  "what is no text is refused at once: %j",
  (wrong) => {
    const options = { task: "chat", ...wrong } as unknown as { task: "chat" };
    expect(() => seam.conversation("texts", options)).toThrow(InvalidRequest);
  },
);

test.each([[[{}]], [[5]], [[null]], [[{ type: "text" }]], [[{ type: "file" }]]])(
  "what is no part is refused, and nothing is kept: %j",
  async (said) => {
    const chat = seam.conversation("parts", { task: "chat" });
    const error = await rejection(chat.send(said as unknown as string));
    expect(error).toBeInstanceOf(InvalidRequest);
    expect(String(error)).toContain("messages.0.content.0 must be a part");
    expect(await chat.history()).toEqual([]);
  },
);

test.each([[undefined], [{}], [" "]])("what is no fact is not pinned: %j", async (fact) => {
  const chat = seam.conversation("facts", { task: "chat" });
  expect(await rejection(chat.pin(fact as string))).toBeInstanceOf(InvalidRequest);
});

describe("a history that no provider would take is not taken in", () => {
  test.each<[string, readonly unknown[]]>([
    ["a call without its result", [question, asks]],
    ["a result without its call", [question, sees]],
    ["a result before its call", [question, sees, asks]],
    ["a pair over two turns", [question, asks, question, sees]],
    ["a tool that says a text", [question, asks, { role: "tool", content: "seen" }]],
    ["a part that is none", [{ role: "assistant", content: [null] }]],
  ])("%s", async (name, messages) => {
    const chat = seam.conversation(name, { task: "chat" });
    const error = await rejection(chat.append(messages as readonly Message[]));
    expect(error).toBeInstanceOf(InvalidRequest);
    expect(await chat.history()).toEqual([]);
  });

  test("whole pairs are, and calls that a provider has made itself", async () => {
    const chat = seam.conversation("pairs", { task: "chat" });
    const searched = { ...call, toolCallId: "2", providerExecuted: true };
    await chat.append([question, asks, sees, { role: "assistant", content: [searched] }]);
    expect(await chat.history()).toHaveLength(1);
  });
});
