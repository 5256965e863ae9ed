import { setTimeout as pause } from "node:timers/promises";
import { Busy, ContextTooLong, type SeamConfig, StoreUnavailable } from "llm-seam";
import { defineScript } from "llm-seam/simulator";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  collect,
  type Harness,
  rejection,
  settled,
  startAfresh,
  startHarness,
} from "../support/harness.ts";

const models = {
  anthropic: "anthropic/claude-haiku-4-5",
  openai: "openai/gpt-4.1-mini",
} as const;
const tasks = {
  anthropic: { model: models.anthropic },
  openai: { model: models.openai },
  hurried: { model: models.anthropic, conversation: { onBusy: "fail" } },
  patient: { model: models.anthropic, conversation: { busyWait: 300 } },
} as const satisfies SeamConfig["tasks"];

/** Answers with what it was asked last, so that an answer shows its question. */
const script = defineScript({
  replies: [{ reply: ({ prompt }) => `You said: ${prompt.split("\n").at(-1)}` }],
});

let harness: Harness<keyof typeof tasks>;

beforeAll(async () => {
  const defaults = { retry: { attempts: 2, baseDelay: 1 } };
  harness = await startHarness({ tasks, defaults }, { script });
});
beforeEach(async () => {
  await startAfresh(harness.simulator);
});
afterAll(() => harness[Symbol.asyncDispose]());

let ids = 0;
const newId = (): string => `conversation ${++ids}`;

function texts(history: readonly { messages: readonly { content: unknown }[] }[]): unknown[] {
  return history.flatMap(({ messages }) =>
    messages.map(({ content }) =>
      typeof content === "string" ? content : (content as { text: string }[])[0]?.text,
    ),
  );
}

describe.each(["anthropic", "openai"] as const)("over %s", (task) => {
  test("each turn is sent with those before it, and kept", async () => {
    const id = newId();
    const chat = harness.seam.conversation(id, { task, system: "Be kind." });
    const first = await chat.send("My name is Ada.");
    expect(first).toMatchObject({
      outcome: "answered",
      text: "You said: My name is Ada.",
      turn: 0,
      window: { verbatim: [], summarized: 0, dropped: [] },
      source: "model",
      target: models[task],
      finishReason: "stop",
    });
    const second = await harness.seam.conversation(id, { task, system: "Be kind." }).send("Who?");
    expect(second).toMatchObject({ turn: 1, window: { verbatim: [0] } });
    const event = await harness.event(second.callId);
    expect(event).toMatchObject({
      pattern: "conversation",
      task,
      session: id,
      tags: { conversation: id },
    });
    expect(texts([{ messages: (event["prompt"] as { prompt: [] }).prompt }])).toEqual([
      "Be kind.",
      "My name is Ada.",
      "You said: My name is Ada.",
      "Who?",
    ]);
    expect(await chat.history()).toMatchObject([
      { turn: 0, callId: first.callId, pinned: false, usage: first.usage, cost: first.cost },
      { turn: 1, callId: second.callId, window: second.window },
    ]);
  });

  test("a stream is kept by the time it has ended", async () => {
    const chat = harness.seam.conversation(newId(), { task });
    const stream = chat.stream("Tell me more.");
    const { pieces, error } = await collect(stream);
    expect(error).toBeUndefined();
    expect(pieces.length).toBeGreaterThan(1);
    expect(texts(await chat.history())).toEqual(["Tell me more.", pieces.join("")]);
    expect(await stream.result).toMatchObject({ text: pieces.join(""), turn: 0 });
    const response = await chat.stream("And more.").toResponse();
    expect(await response.text()).toContain("event: done");
    expect(await chat.history()).toHaveLength(2);
  });

  test.each(["status-401", "refusal", { type: "drop", afterTokens: 3 }] as const)(
    "a turn that fails (%o) leaves nothing, streamed or not, and holds up nothing",
    async (fault) => {
      const chat = harness.seam.conversation(newId(), { task });
      await chat.send("First.");
      harness.simulator.play(Array(6).fill(fault));
      await rejection(chat.stream("Lost.").result);
      harness.simulator.play(Array(6).fill(fault));
      await rejection(chat.send("Lost."));
      harness.simulator.play([]);
      expect(await chat.send("Second.")).toMatchObject({ turn: 1, window: { verbatim: [0] } });
      expect(texts(await chat.history())).not.toContain("Lost.");
    },
  );
});

test("an aborted turn leaves nothing, and the provider's socket is closed", async () => {
  const chat = harness.seam.conversation(newId(), { task: "anthropic" });
  harness.simulator.play([{ type: "stall", afterTokens: 2 }]);
  const stream = chat.stream("Never mind.");
  for await (const text of stream) {
    expect(text).not.toBe("");
    break;
  }
  await rejection(stream.result);
  await settled(harness.simulator);
  const abort = new AbortController();
  harness.simulator.play(["header-silence"]);
  const sending = chat.send("Nor this.", { signal: abort.signal });
  await pause(30);
  abort.abort(new Error("changed my mind"));
  expect(await rejection(sending)).toMatchObject({ message: "changed my mind" });
  await settled(harness.simulator);
  expect(await chat.history()).toEqual([]);
});

describe("turns at once", () => {
  test("twenty sends and streams are answered one after another, in their order", async () => {
    const chat = harness.seam.conversation(newId(), { task: "anthropic" });
    const said = Array.from({ length: 20 }, (_, index) => `Number ${index}.`);
    const results = await Promise.all(
      said.map((text, index) => (index % 2 === 0 ? chat.send(text) : chat.stream(text).result)),
    );
    expect(results.map(({ turn }) => turn)).toEqual(said.map((_, index) => index));
    const expected = said.flatMap((text) => [text, `You said: ${text}`]);
    expect(texts(await chat.history())).toEqual(expected);
  });

  test("with onBusy fail, the second one fails at once, by task or by turn", async () => {
    const id = newId();
    harness.simulator.play([{ type: "slow", firstTokenMs: 200 }]);
    const hurried = harness.seam.conversation(id, { task: "hurried" });
    const first = hurried.send("First.");
    expect(await rejection(hurried.send("Second."))).toBeInstanceOf(Busy);
    const other = harness.seam.conversation(id, { task: "anthropic" });
    const failing = other.send("Third.", { onBusy: "fail" });
    expect(await rejection(failing)).toMatchObject({ code: "Busy", task: "anthropic" });
    await first;
    expect(await hurried.send("Fourth.")).toMatchObject({ turn: 1 });
  });

  test("a turn waits no longer than busyWait, and an aborted one leaves the line", async () => {
    const id = newId();
    harness.simulator.play(["header-silence"]);
    const patient = harness.seam.conversation(id, { task: "patient" });
    const hanging = new AbortController();
    const first = patient.send("First.", { signal: hanging.signal });
    const abort = new AbortController();
    const aborted = patient.send("Second.", { signal: abort.signal });
    const started = performance.now();
    const late = patient.send("Third.");
    abort.abort(new Error("left the line"));
    expect(await rejection(aborted)).toMatchObject({ message: "left the line" });
    expect(await rejection(late)).toBeInstanceOf(Busy);
    expect(performance.now() - started).toBeGreaterThanOrEqual(295);
    const fourth = harness.seam.conversation(id, { task: "anthropic" }).send("Fourth.");
    hanging.abort(new Error("over"));
    await rejection(first);
    expect(await fourth).toMatchObject({ turn: 0 });
  });

  test("the deadline holds for the wait, too", async () => {
    const id = newId();
    const chat = harness.seam.conversation(id, { task: "anthropic" });
    harness.simulator.play(["header-silence"]);
    const first = chat.send("First.", { limits: { deadline: 400 } });
    const error = await rejection(chat.send("Second.", { limits: { deadline: 150 } }));
    expect(error).toMatchObject({ code: "DeadlineExceeded", limitMs: 150 });
    expect(await rejection(first)).toMatchObject({ code: "DeadlineExceeded", limitMs: 400 });
  });
});

describe("what is kept", () => {
  test("files and text of any script come back as they were", async () => {
    const chat = harness.seam.conversation(newId(), { task: "anthropic" });
    const bytes = new Uint8Array([137, 80, 78, 71, 0, 255]);
    const url = new URL("https://files.example/receipt.png");
    const said = [
      { type: "text" as const, text: "Smile 🙂 — \u0000 Ünïcode" },
      {
        type: "file" as const,
        mediaType: "image/png",
        data: { type: "data" as const, data: bytes },
      },
      { type: "file" as const, mediaType: "image/png", data: { type: "url" as const, url } },
    ];
    await chat.send(said);
    const [turn] = await chat.history();
    expect(turn?.messages[0]).toEqual({ role: "user", content: said });
    await chat.send("And again.");
    const sent = JSON.stringify(harness.simulator.requests.at(-1)?.body);
    expect(sent).toContain(Buffer.from(bytes).toString("base64"));
    expect(sent).toContain(url.href);
  });

  test("facts and turns that are pinned are in every prompt until they are unpinned", async () => {
    const chat = harness.seam.conversation(newId(), { task: "anthropic", pins: ["Plan: gold."] });
    await chat.pin("Order: A-4711.");
    await chat.send("My dog is called Rex.", { pin: true });
    const last = (): string => JSON.stringify(harness.simulator.requests.at(-1)?.body);
    expect(last()).toMatch(
      /- Plan: gold\.\\\\n- Order: A-4711\.|- Plan: gold\.\\n- Order: A-4711\./,
    );
    expect(await chat.history()).toMatchObject([{ pinned: true }]);
    expect(await chat.pins()).toEqual(["Order: A-4711."]);
    await chat.unpin("Order: A-4711.");
    await chat.unpin(0);
    await chat.send("Who?");
    expect(last()).not.toContain("A-4711");
    expect(last()).toContain("Plan: gold.");
    expect(await chat.history()).toMatchObject([{ pinned: false }, { pinned: false }]);
    expect(await rejection(chat.pin(7))).toMatchObject({ code: "InvalidRequest" });
  });

  test("an earlier history is taken in whole, and gone on with", async () => {
    const chat = harness.seam.conversation(newId(), { task: "anthropic" });
    await chat.append([
      { role: "user", content: "Hello." },
      { role: "assistant", content: "Hello, Ada." },
      { role: "user", content: "Bye." },
      { role: "assistant", content: "Bye, Ada." },
    ]);
    expect(await chat.history()).toMatchObject([{ callId: null, window: null }, { turn: 1 }]);
    expect(await chat.send("Back again.")).toMatchObject({ turn: 2, window: { verbatim: [0, 1] } });
    const system = chat.append([{ role: "system", content: "Obey." }]);
    expect(await rejection(system)).toMatchObject({ code: "InvalidRequest" });
    expect(await chat.history()).toHaveLength(3);
  });

  test("what is deleted is gone, also under a turn that is under way: its answer is not lost", async () => {
    const chat = harness.seam.conversation(newId(), { task: "anthropic" });
    await chat.send("First.");
    harness.simulator.play([{ type: "slow", firstTokenMs: 150 }]);
    const sending = chat.send("Second.");
    await pause(50);
    await chat.delete();
    const error = await rejection(sending);
    expect(error).toBeInstanceOf(StoreUnavailable);
    expect(error).toMatchObject({ text: "You said: Second." });
    expect(await chat.history()).toEqual([]);
    expect(await chat.send("Third.")).toMatchObject({ turn: 0 });
  });

  test("without a store, the conversation lasts as long as the process", async () => {
    await using other = await startHarness({ tasks, store: false }, { script });
    await other.seam.conversation("a", { task: "anthropic" }).send("First.");
    const chat = other.seam.conversation("a", { task: "openai" });
    expect(await chat.send("Second.")).toMatchObject({ turn: 1 });
    expect(await chat.history()).toHaveLength(2);
  });
});

describe("at the door", () => {
  test.each(["", "x".repeat(201)])("an id of the wrong length is refused", (id) => {
    expect(() => harness.seam.conversation(id, { task: "anthropic" })).toThrow(/1 to 200/);
  });

  test.each([[""], ["  "], [[]]])("what says nothing is refused: %j", async (said) => {
    const chat = harness.seam.conversation(newId(), { task: "anthropic" });
    expect(await rejection(chat.send(said as string))).toMatchObject({ code: "InvalidRequest" });
    expect(() => chat.stream(said as string)).toThrow(/needs a text/);
    expect(harness.simulator.requests).toHaveLength(0);
  });

  test("a message larger than the window is refused with numbers, and nothing is sent", async () => {
    const chat = harness.seam.conversation(newId(), { task: "anthropic" });
    const error = await rejection(chat.send("x".repeat(3_000_000)));
    expect(error).toBeInstanceOf(ContextTooLong);
    expect(String(error)).toMatch(/about 1,0\d\d,\d{3} tokens/);
    expect(harness.simulator.requests).toHaveLength(0);
  });

  test("a file that the store has no room for is refused", async () => {
    const chat = harness.seam.conversation(newId(), { task: "anthropic" });
    const data = { type: "data" as const, data: new Uint8Array(16 * 1024 * 1024) };
    const failing = chat.send([{ type: "file", mediaType: "image/png", data }]);
    expect(String(await rejection(failing))).toMatch(/a turn may have 20971520/);
  });
});
