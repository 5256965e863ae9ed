import { defineTool } from "llm-seam";
import type { Reply } from "llm-seam/simulator";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { calls, replyWith } from "../support/agent.ts";
import { collect, type Harness, rejection, startAfresh, startHarness } from "../support/harness.ts";

const tasks = {
  anthropic: { model: "anthropic/claude-haiku-4-5" },
  openai: { model: "openai/gpt-4.1-mini" },
} as const;

let harness: Harness<keyof typeof tasks>;

beforeAll(async () => {
  harness = await startHarness({
    tasks,
    defaults: { breaker: false, retry: { attempts: 3, baseDelay: 1 } },
  });
});
beforeEach(async () => {
  await startAfresh(harness.simulator);
});
afterAll(() => harness[Symbol.asyncDispose]());

let looked: string[] = [];
const look = defineTool({
  description: "Looks something up.",
  effect: "read",
  trusted: true,
  inputSchema: z.object({ what: z.string() }),
  execute: ({ what }) => {
    looked.push(what);
    return `found ${what}`;
  },
});
const tools = { look };
const grant = { tools: { look: true } } as const;
const right = calls(["look", { what: "it" }]);
const wrong = calls(["look", { what: 7 }]);
const unknown = calls(["lookk", { what: "it" }]);

describe.each(["anthropic", "openai"] as const)("%s", (task) => {
  describe.each(["run", "stream"] as const)("%s", (mode) => {
    async function run(...replies: Reply[]) {
      looked = [];
      replyWith(harness.simulator, ...replies);
      const agent = harness.seam.agent(task, { tools, grant, limits: { repeats: 1 } });
      return mode === "run" ? agent.run({ prompt: "Go." }) : agent.stream({ prompt: "Go." }).result;
    }
    const outcomes = async () =>
      (await harness.events())
        .filter(({ pattern }) => pattern === "tool")
        .slice(-2)
        .map(({ tool }) => (JSON.parse(String(tool)) as { outcome: string }).outcome);

    test("malformed arguments: the model is told what is wrong, once, and may mend it", async () => {
      const answered = await run(wrong, right, "There.");
      expect(answered).toMatchObject({ outcome: "answered", text: "There.", steps: { length: 3 } });
      expect(looked).toEqual(["it"]);
      expect(answered.steps[0]?.toolCalls).toMatchObject([
        { outcome: "malformed", reason: expect.stringMatching(/- what: .*string/) },
      ]);
      expect(await outcomes()).toEqual(["malformed", "done"]);
      const [, second] = harness.simulator.requests;
      expect(JSON.stringify(second?.body)).toContain("do not fit the tool's schema");
    });

    test("malformed arguments twice in a row end the run", async () => {
      const error = await rejection(run(wrong, wrong, "There."));
      expect(error).toMatchObject({ code: "StepLimit", limit: "malformed", steps: { length: 2 } });
      expect(looked).toEqual([]);
      expect(harness.simulator.requests).toHaveLength(2);
    });

    test("a tool that there is not: the model is told which there are, and a second one ends the run", async () => {
      const answered = await run(unknown, right, "There.");
      expect(answered.steps[0]?.toolCalls).toMatchObject([
        { outcome: "unknown", reason: expect.stringContaining("The tools are: look.") },
      ]);
      const error = await rejection(run(unknown, unknown));
      expect(error).toMatchObject({ code: "StepLimit", limit: "malformed", steps: { length: 2 } });
    });

    test("an empty answer is asked for once more; twice is no answer", async () => {
      expect(await run(right, "", "There.")).toMatchObject({
        text: "There.",
        steps: { length: 3 },
      });
      const error = await rejection(run(right, "", ""));
      expect(error).toMatchObject({ code: "InvalidOutput", steps: { length: 3 } });
    });

    test("an answer that is cut off, and a refusal, end the run with its steps", async () => {
      const cut: Reply = { type: "text", text: "It is", finish: "length" };
      expect(await rejection(run(right, cut))).toMatchObject({
        code: "Truncated",
        text: "It is",
        steps: { length: 1 },
      });
      const refusal: Reply = { type: "text", text: "I will not.", finish: "refusal" };
      expect(await rejection(run(right, refusal))).toMatchObject({
        code: "Refused",
        steps: { length: 1 },
      });
    });

    test("tool calls whose answer is cut off are not made", async () => {
      const cut: Reply = { ...(right as object), finish: "length" } as Reply;
      expect(await rejection(run(cut))).toMatchObject({ code: "Truncated", steps: [] });
      expect(looked).toEqual([]);
    });

    test("the same call again and again is answered from memory, and then ends the run", async () => {
      const error = await rejection(run(right, right, right, right));
      expect(error).toMatchObject({ code: "StepLimit", limit: "repeats" });
      expect(looked).toEqual(["it"]);
    });

    test("a provider that fails between two steps is asked again, and no tool runs twice", async () => {
      harness.simulator.play(["none", "status-429", "status-500", "none"]);
      expect(await run(right, "There.")).toMatchObject({ text: "There." });
      expect(harness.simulator.requests).toHaveLength(4);
      expect(looked).toEqual(["it"]);
    });

    test("a provider that fails for good ends the run with what was done", async () => {
      harness.simulator.play({ sequence: ["none"], afterwards: "status-500" });
      expect(await rejection(run(right, "There."))).toMatchObject({
        code: "ProviderUnavailable",
        steps: [{ toolCalls: [{ outcome: "done" }] }],
      });
      expect(await harness.lastEvent()).toMatchObject({
        pattern: "agent",
        error_code: "ProviderUnavailable",
        children: 3,
      });
    });
  });

  test.each(["toString", "__proto__", "multi_tool_use.parallel", "n".repeat(1_000), "nö"])(
    "a call of a tool that there is not is quoted by a name that providers take: %.30s",
    async (name) => {
      replyWith(harness.simulator, calls([name, {}]), "There.");
      const run = await harness.seam.agent(task, { tools, grant }).run({ prompt: "Go." });
      expect(run.steps[0]?.toolCalls).toMatchObject([{ name, outcome: "unknown" }]);
      const quoted = JSON.stringify(harness.simulator.requests[1]?.body);
      const names = [...quoted.matchAll(/"name":("?[^",}]*"?)/g)].map(([, text]) => text);
      expect(names).toHaveLength(2);
      for (const text of names) expect(text).toMatch(/^"[\w-]{1,64}"$/);
    },
  );

  test("arguments nested without end are malformed, and the run goes on", async () => {
    const written = `{"what":${"[".repeat(5_000)}${"]".repeat(5_000)}}`;
    replyWith(harness.simulator, calls({ name: "look", arguments: {}, written }), right, "There.");
    const run = await harness.seam.agent("openai", { tools, grant }).run({ prompt: "Go." });
    expect(run).toMatchObject({ text: "There.", steps: { length: 3 } });
    expect(run.steps[0]?.toolCalls).toMatchObject([
      { outcome: "malformed", reason: expect.stringContaining("nested deeper than 100 levels") },
    ]);
    await harness.seam.flush();
    expect(harness.seam.troubles()).toEqual({});
  });

  test("a stream that is cut in the middle of tool calls is asked for again, unseen", async () => {
    harness.simulator.play([{ type: "drop", afterTokens: 1 }]);
    replyWith(harness.simulator, right, right, "There.");
    const stream = harness.seam.agent(task, { tools, grant }).stream({ prompt: "Go." });
    expect((await collect(stream.texts())).error).toBeUndefined();
    expect(await stream.result).toMatchObject({ text: "There.", steps: { length: 2 } });
  });
});

test("arguments that are no JSON are malformed, too", async () => {
  replyWith(
    harness.simulator,
    calls({ name: "look", arguments: {}, written: '{"what": "it' }),
    right,
    "There.",
  );
  const run = await harness.seam.agent("openai", { tools, grant }).run({ prompt: "Go." });
  expect(run.steps[0]?.toolCalls).toMatchObject([
    { outcome: "malformed", reason: expect.stringContaining("this is no JSON") },
  ]);
});
