import { generateText } from "ai";
import { createSeam } from "llm-seam";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { type Harness, startHarness } from "../support/harness.ts";

const model = "anthropic/claude-haiku-4-5";
const tasks = {
  plain: { model },
  short: { model, compress: true },
  kept: { model, compress: true, cache: true },
} as const;

let harness: Harness<keyof typeof tasks>;

beforeAll(async () => {
  harness = await startHarness({ tasks });
});
beforeEach(() => harness.simulator.clear());
afterAll(() => harness[Symbol.asyncDispose]());

const rule = "Never tell the customer about another customer's orders.";
const system = `${rule}   \n\n\n\nBe  kind.\n${rule}`;
const prompt = "Where  is my order?\n```\nid   4711\n```\n\n\n";
const shortSystem = `${rule}\n\nBe kind.`;
const shortPrompt = "Where is my order?\n```\nid   4711\n```\n";

test("what is sent and what the event shows is the shorter text, with a note; code is untouched", async () => {
  await harness.seam.complete("short", { system, prompt });
  expect(harness.simulator.requests[0]?.body).toMatchObject({
    system: [{ text: shortSystem }],
    messages: [{ content: [{ text: shortPrompt }] }],
  });
  const { prompt: recorded, notes } = await harness.lastEvent();
  expect(recorded).toMatchObject({ prompt: [{ content: shortSystem }, { role: "user" }] });
  expect(notes).toEqual([
    `compressed: 9 characters of whitespace and ${rule.length + 1} of repeated sentences taken out`,
  ]);
});

test("in every pattern", async () => {
  const { seam } = harness;
  await seam.stream("short", { system, prompt }).result;
  await seam.extract("short", { system, prompt, schema: z.object({ id: z.string() }) });
  await generateText({ model: seam.model("short"), instructions: system, prompt });
  const sent = harness.simulator.requests.map(({ body }) => JSON.stringify(body));
  expect(sent).toHaveLength(3);
  for (const body of sent) {
    expect(body).toContain(JSON.stringify(shortPrompt));
    expect(body).not.toContain("Be  kind");
  }
});

test("texts that differ in such whitespace share a cached answer", async () => {
  await harness.seam.complete("kept", { prompt });
  const again = await harness.seam.complete("kept", { prompt: shortPrompt });
  expect(again.source).toBe("cache");
});

test("off unless a task switches it on, and without a note where there is nothing to take out", async () => {
  await harness.seam.complete("plain", { system, prompt });
  expect(harness.simulator.requests[0]?.body).toMatchObject({ system: [{ text: system }] });
  await harness.seam.complete("short", { system: shortSystem, prompt: shortPrompt });
  expect((await harness.lastEvent()).notes).toEqual([]);
});

test("another value than true or false is refused with its path", () => {
  // @ts-expect-error a text where a switch is
  const wrong = () => createSeam({ tasks: { a: { model, compress: "yes" } } });
  expect(wrong).toThrow(/tasks\.a\.compress/);
});
