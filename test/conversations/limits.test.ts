import type { Message } from "llm-seam";
import { expect, test } from "vitest";
import { type Harness, rejection, startHarness } from "../support/harness.ts";

type Task = "chat" | "summarize";
type Running = Harness<Task>;

const small = { window: 12_000, summaryTokens: 200 };
const said = (number: number): string => `This is #${number}. ${"word ".repeat(60)}`;
const lastOf = (text: string): string | undefined => [...text.matchAll(/#(\d+)/g)].at(-1)?.[1];

function startChat({ summaryWindow }: { readonly summaryWindow?: number } = {}): Promise<Running> {
  const conversation = { window: summaryWindow };
  return startHarness<Task>(
    {
      tasks: {
        chat: { model: "openai/gpt-4.1-mini", conversation: small },
        summarize: { model: "openai/gpt-4.1-mini", conversation },
      },
      defaults: { retry: { attempts: 1 } },
    },
    {
      script: {
        replies: [
          { match: { task: "summarize" }, reply: ({ prompt }) => `To #${lastOf(prompt)}` },
          { reply: "Yes." },
        ],
      },
    },
  );
}

/** Messages of a user and an assistant, each with its number. */
const numbered = (count: number): Message[] =>
  Array.from({ length: count }, (_, index) => ({
    role: index % 2 === 0 ? ("user" as const) : ("assistant" as const),
    content: said(index),
  }));

const tooLong = (harness: Running, task: Task, times: number): void =>
  harness.simulator.play({ sequence: Array(times).fill("context-too-long"), when: { task } });

const sizesOf = ({ simulator }: Running, task: Task): number[] =>
  simulator.requests
    .filter((request) => request.task === task)
    .map(({ body }) => JSON.stringify(body).length);

test("a provider that finds the prompt too long is asked with a smaller one, until it takes it", async () => {
  await using harness = await startChat();
  const chat = harness.seam.conversation("too long", { task: "chat" });
  await chat.append(numbered(160));
  tooLong(harness, "chat", 2);
  const turn = await chat.send("And now?");
  expect(turn.window.dropped).toEqual([]);
  const [first = 0, second = 0, third = 0] = sizesOf(harness, "chat");
  expect(second).toBeLessThan(first);
  expect(third).toBeLessThan(second);
  harness.simulator.clear();
  const next = await chat.send("And then?");
  expect(next.turn).toBe(81);
  expect(sizesOf(harness, "chat")).toHaveLength(1);
});

test("a provider that finds every prompt too long is asked a few times only, and its word is passed on", async () => {
  await using harness = await startChat();
  const chat = harness.seam.conversation("too long", { task: "chat" });
  await chat.append(numbered(160));
  tooLong(harness, "chat", 50);
  const error = await rejection(chat.send("And now?"));
  expect(error).toMatchObject({ code: "ContextTooLong", target: "openai/gpt-4.1-mini" });
  expect(sizesOf(harness, "chat").length).toBeLessThanOrEqual(4);
  expect(await chat.history()).toHaveLength(80);
});

test("a summarizing task that finds its messages too many is given half of them", async () => {
  await using harness = await startChat();
  const chat = harness.seam.conversation("too many", { task: "chat" });
  await chat.append(numbered(160));
  tooLong(harness, "summarize", 2);
  const { window } = await chat.send("Where were we?");
  expect(window.dropped).toEqual([]);
  expect((await chat.summary())?.text).toBe(`To #${window.summarized * 2 - 1}`);
  const [first = 0, second = 0, third = 0] = sizesOf(harness, "summarize");
  expect(second).toBeLessThan(first);
  expect(third).toBeLessThan(second);
});

test("a summarizing task that takes nothing is asked a few times only", async () => {
  await using harness = await startChat();
  const chat = harness.seam.conversation("nothing", { task: "chat" });
  await chat.append(numbered(160));
  tooLong(harness, "summarize", 50);
  const { window } = await chat.send("Where were we?");
  expect(window.dropped.length).toBeGreaterThan(0);
  expect(sizesOf(harness, "summarize").length).toBeLessThan(10);
});

test("a history that is larger than the summarizing task's window is folded in pieces", async () => {
  await using harness = await startChat({ summaryWindow: 1_000 });
  const chat = harness.seam.conversation("old", { task: "chat" });
  const enormous = { role: "user", content: `#20 ${"enormous ".repeat(2_000)}` } as const;
  await chat.append(numbered(160).with(20, enormous));
  const { window } = await chat.send("Where were we?");
  expect(window.dropped).toEqual([]);
  expect(window.summarized).toBeGreaterThan(20);
  const asked = harness.simulator.requests.filter(({ task }) => task === "summarize");
  expect(asked.length).toBeGreaterThan(5);
  for (const { body } of asked) expect(JSON.stringify(body).length).toBeLessThan(6_000);
  expect((await chat.summary())?.text).toBe(`To #${window.summarized * 2 - 1}`);
});
