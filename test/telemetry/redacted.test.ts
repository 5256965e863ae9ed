import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { type Collector, startCollector } from "../support/collector.ts";
import { collect, rejection, startHarness } from "../support/harness.ts";

const model = "anthropic/claude-haiku-4-5";
const email = "ada.lovelace@example.com";
const prompt = `I am ${email}.`;
const schema = z.object({
  mail: z.string().refine(() => false, { error: ({ input }) => `${String(input)} is unknown` }),
});

let collector: Collector;

beforeAll(async () => {
  collector = await startCollector();
});
afterAll(() => collector[Symbol.asyncDispose]());
beforeEach(() => collector.clear());

const start = () =>
  startHarness(
    {
      tasks: {
        full: { model },
        redacted: { model, content: "redacted" },
        none: { model, content: "none" },
      },
      defaults: { retry: { attempts: 1 }, breaker: false },
      telemetry: { content: true },
      store: false,
    },
    {
      script: {
        replies: [
          { match: { schema: "mail" }, reply: { type: "json", value: { mail: email } } },
          { reply: `Dear ${email}.` },
        ],
      },
    },
  );

/** A call of each kind: answered, streamed, refused with the prompt in the words, and never fit. */
async function everyCall(task: "full" | "redacted" | "none"): Promise<void> {
  await using harness = await start();
  const { seam, simulator } = harness;
  await seam.complete(task, { prompt, settings: { temperature: 0.5 } });
  await collect(seam.stream(task, { prompt }));
  const refusal = { type: "status", status: 400, message: `Bad: ${prompt}` } as const;
  simulator.play([refusal, refusal]);
  await rejection(seam.complete(task, { prompt }));
  await rejection(seam.extract(task, { prompt, schema }));
  simulator.play([]);
  const error = await rejection(seam.extract(task, { prompt, schema }));
  expect(error).toMatchObject({ message: expect.stringContaining(email) });
}

test("content of a task that keeps it in full is exported: the search finds what is there", async () => {
  await everyCall("full");
  expect(await collector.wire()).toContain("ada.lovelace");
});

test.each(["redacted", "none"] as const)(
  "nothing that a task does not keep is exported: %s",
  async (task) => {
    await everyCall(task);
    expect(await collector.wire()).not.toContain("ada.lovelace");
    const spans = await collector.spans();
    const messages = spans.map(({ status }) => status.message ?? "");
    expect(messages.join("\n")).toContain("Bad: I am [email]");
    expect(messages.join("\n")).toContain("[email] is unknown");
    expect(spans.some(({ attributes }) => attributes["gen_ai.request.temperature"] === 0.5)).toBe(
      true,
    );
    const contents = spans.flatMap(({ attributes }) => attributes["gen_ai.output.messages"] ?? []);
    if (task === "none") expect(contents).toEqual([]);
    else expect(contents.join()).toContain("Dear [email].");
  },
);
