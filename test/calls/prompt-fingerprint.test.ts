import { generateText } from "ai";
import { defineTool, type Text, template } from "llm-seam";
import { openEvents } from "llm-seam/events";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { calls, replyWith } from "../support/agent.ts";
import { collect, type Harness, startAfresh, startHarness } from "../support/harness.ts";

const model = "anthropic/claude-haiku-4-5";
const other = "openai/gpt-4.1-mini";
const tasks = {
  ask: { model, fallbacks: [other] },
  short: { model, compress: true },
  tried: { model, canary: { share: 0.5, by: "user", model: other } },
  ruled: { model, rule: () => "yes" },
  chat: { model, conversation: { window: 2_000, summaryTokens: 200 } },
} as const;

let harness: Harness<keyof typeof tasks>;
beforeAll(async () => {
  harness = await startHarness({
    tasks,
    defaults: { retry: { attempts: 1 }, breaker: false },
  });
});
beforeEach(() => startAfresh(harness.simulator));
afterAll(() => harness[Symbol.asyncDispose]());

/** The fingerprints in the events of what is done, by pattern and task. */
async function fingerprints(work: () => Promise<unknown>): Promise<Record<string, unknown[]>> {
  const before = (await harness.events()).length;
  await work();
  const found: Record<string, Set<unknown>> = {};
  for (const { task, ...event } of (await harness.events()).slice(before)) {
    const name = `${event["pattern"]} ${task}`;
    found[name] ??= new Set();
    found[name].add(event["prompt_fingerprint"]);
  }
  return Object.fromEntries(Object.entries(found).map(([name, all]) => [name, [...all]]));
}

/** The one fingerprint of what is done, however many calls it makes. */
async function fingerprint(work: () => Promise<unknown>): Promise<string> {
  const [one, ...others] = new Set(Object.values(await fingerprints(work)).flat());
  expect(others).toEqual([]);
  expect(one).toMatch(/^[0-9a-f]{64}$/);
  return String(one);
}

const asking = (ticket: string): Text => template`Is this urgent?  Say why.\n${{ ticket }}`;
const long = "many words ".repeat(300);

describe("a prompt's fingerprint is in the event", () => {
  test("is the same whatever the variables hold, and another one for other words", async () => {
    const { seam } = harness;
    const ask = (prompt: Text, system?: Text) =>
      fingerprint(() => seam.complete("ask", { prompt, system }));
    const usual = await ask(asking("Where is it?"), "You sort tickets.");
    expect(await ask(asking("I want my money back."), "You sort tickets.")).toBe(usual);
    expect(await ask(asking("Where is it?"), "You sort mails.")).not.toBe(usual);
    expect(await ask(template`Is it urgent? ${{ ticket: "x" }}`, "You sort tickets.")).not.toBe(
      usual,
    );
    const [request] = harness.simulator.requests;
    expect(request?.body).toMatchObject({
      messages: [{ content: [{ type: "text", text: "Is this urgent?  Say why.\nWhere is it?" }] }],
    });
  });

  test("templates count in messages and their parts; other text that is said does not", async () => {
    const { seam } = harness;
    const say = (ticket: string, answers: readonly string[]) =>
      fingerprint(() =>
        seam.complete("ask", {
          messages: [
            ...answers.flatMap((content) => [
              { role: "user", content: asking(content) } as const,
              { role: "assistant", content } as const,
            ]),
            { role: "user", content: [{ type: "text", text: template`Go on: ${{ ticket }}` }] },
          ],
        }),
      );
    const usual = await say("x", ["no"]);
    expect(await say("y", ["yes", "no", "maybe"])).toBe(usual);
    expect(await say("y", [])).not.toBe(usual);
  });

  test("in streams, and where the first target is down", async () => {
    const { seam } = harness;
    const usual = await fingerprint(() => seam.complete("ask", { prompt: asking("x") }));
    const stream = () => collect(seam.stream("ask", { prompt: asking("y") }));
    expect(await fingerprint(stream)).toBe(usual);
    harness.simulator.play(["status-401"]);
    expect(await fingerprint(stream)).toBe(usual);
    expect(await harness.lastEvent()).toMatchObject({ answered_by: other });
  });

  test("when an answer has to be asked for again, of all asks and of the whole", async () => {
    const { seam } = harness;
    const schema = z.object({ urgent: z.boolean() });
    const extract = (ticket: string, value = schema as z.ZodType) =>
      fingerprints(() => seam.extract("ask", { prompt: asking(ticket), schema: value }));
    harness.simulator.script({ replies: [] });
    const usual = await extract("x");
    replyWith(harness.simulator, "no JSON", "still none", '{"urgent":true}');
    expect(await extract("y")).toEqual(usual);
    expect((await harness.lastEvent()).parent_id).toBeNull();
    expect(await harness.lastEvent()).toMatchObject({ children: 3 });
    replyWith(harness.simulator, '{"urgent":true}');
    expect(await extract("y", schema.extend({ why: z.string().optional() }))).not.toEqual(usual);
  });

  test("of a prompt that is sent without spare spaces", async () => {
    const { seam } = harness;
    const system = template`You sort   tickets of ${{ shop: "a  shop" }}.`;
    const ask = (ticket: string) =>
      fingerprint(() => seam.complete("short", { prompt: asking(ticket), system }));
    expect(await ask("where   is it")).toBe(await ask("x"));
    expect((await harness.lastEvent())["prompt"]).toMatchObject({
      prompt: [{ content: "You sort tickets of a shop." }, {}],
    });
  });

  test("each arm of a canary has its own", async () => {
    const { seam } = harness;
    const users = Array.from({ length: 12 }, (_, user) => `user-${user}`);
    const found = await fingerprints(() =>
      Promise.all(
        users.map((user) => seam.complete("tried", { prompt: asking(user), tags: { user } })),
      ),
    );
    expect(found["complete tried"]).toHaveLength(2);
  });

  test("none where a rule has answered", async () => {
    const found = await fingerprints(() => harness.seam.complete("ruled", { prompt: "x" }));
    expect(found).toEqual({ "complete ruled": [null] });
  });

  test("of a task as a model of the AI SDK: its system text, and nothing of what is said", async () => {
    const ask = (prompt: string, instructions: string) =>
      fingerprint(() => generateText({ model: harness.seam.model("ask"), prompt, instructions }));
    const usual = await ask("x", "You sort tickets.");
    expect(await ask("y", "You sort tickets.")).toBe(usual);
    expect(await ask("x", "You sort mails.")).not.toBe(usual);
  });
});

const order = z.object({ order: z.string() });
const look = defineTool({
  description: "Looks up an order.",
  effect: "read",
  inputSchema: order,
  execute: async ({ order: id }) => `order ${id} is late`,
});
const refund = defineTool({
  description: "Pays an order back.",
  effect: "irreversible",
  inputSchema: order,
  execute: () => "done",
});

describe("of an agent's run", () => {
  const run = (ticket: string, { documents = [] as { text: string }[], trusted = false } = {}) => {
    replyWith(harness.simulator, calls(["look", { order: "1" }]), "It is late.");
    return fingerprints(() =>
      harness.seam
        .agent("ask", {
          tools: { look: { ...look, trusted } },
          grant: { tools: { look: true } },
          system: template`You help ${{ customer: ticket }}.`,
        })
        .run({ prompt: asking(ticket), documents }),
    );
  };

  test("all steps and the run share one, with documents or without; its tools have none", async () => {
    const usual = await run("x");
    expect(usual).toEqual({
      "model ask": [expect.stringMatching(/^[0-9a-f]{64}$/)],
      "agent ask": usual["model ask"],
      "tool ask": [null],
    });
    expect(await run("y", { documents: [{ text: "a mail" }] })).toEqual(usual);
    expect(await run("y", { trusted: true })).toEqual(usual);
    expect(await run("z", { trusted: true, documents: [{ text: "a mail" }] })).toEqual(usual);
  });

  test("a run that goes on after a pause keeps it", async () => {
    const { seam, simulator } = harness;
    replyWith(simulator, calls(["refund", { order: "1" }]), "Done.");
    const agent = seam.agent("ask", { tools: { refund }, grant: { tools: { refund: true } } });
    const found = await fingerprints(async () => {
      const paused = await agent.run({ prompt: asking("x") });
      if (paused.outcome !== "paused") throw new Error("the run has not paused");
      for (const { id } of paused.approvals) await seam.approvals.approve(id, { by: "ada" });
      expect((await agent.resume(paused.runId)).outcome).toBe("answered");
    });
    expect(found["model ask"]).toHaveLength(1);
    expect(found["agent ask"]).toEqual(found["model ask"]);
  });
});

describe("of a conversation", () => {
  const system = template`You help customers of ${{ shop: "A" }}.`;

  test("its turns share one, with pinned facts and a summary or without", async () => {
    const { seam } = harness;
    harness.simulator.script({ replies: [] });
    const found = await fingerprints(async () => {
      const chat = seam.conversation("c1", { task: "chat", system });
      await chat.send("Hello.");
      await chat.pin("The customer is called Ada.");
      for (let turn = 0; turn < 6; turn++) await chat.send(`${turn} ${long}`);
      expect((await chat.send("And?")).window.summarized).toBeGreaterThan(0);
    });
    expect(found["conversation chat"]).toHaveLength(1);
  });

  test("one with tools is known by the same words; a template that is said counts", async () => {
    const { seam } = harness;
    const say = async (id: string, ...said: Text[]) => {
      const chat = seam.conversation(id, {
        task: "chat",
        system,
        tools: { look },
        grant: { tools: { look: true } },
      });
      return fingerprints(async () => {
        for (const one of said) await chat.send(one);
      });
    };
    const usual = await say("a1", "Hello.");
    expect(await say("a2", "Hi.", "And?")).toEqual(usual);
    const asked = await say("a3", asking("x"));
    expect(asked).not.toEqual(usual);
    expect(await say("a4", asking("y"), asking("z"))).toEqual(asked);
    using events = openEvents(harness.file);
    const [last] = await events.list({ task: "chat", limit: 1 });
    expect([last?.promptFingerprint]).toEqual(asked["agent chat"]);
  });
});
