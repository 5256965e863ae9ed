import { defineTool } from "llm-seam";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import type { CallEvent } from "../../src/call/event.ts";
import { withinScope } from "../../src/call/scope.ts";
import { scoreOf } from "../../src/evals/scorers/scorers.testkit.ts";
import { toolCalls, trajectory } from "../../src/evals/scorers/tool-calls.ts";
import { calls, replyWith } from "../support/agent.ts";
import { type Harness, startHarness } from "../support/harness.ts";

let harness: Harness<"help">;

beforeAll(async () => {
  harness = await startHarness({ tasks: { help: { model: "anthropic/claude-haiku-4-5" } } });
});
afterAll(() => harness[Symbol.asyncDispose]());

const tools = {
  lookUp: defineTool({
    description: "Looks up an order.",
    effect: "read",
    trusted: true,
    inputSchema: z.object({ id: z.string() }),
    execute: ({ id }) => ({ id, total: 42 }),
  }),
};

test("what an agent has called is read of its events, each call once and in order", async () => {
  replyWith(
    harness.simulator,
    calls(["lookUp", { id: "A-1" }], ["lookUp", { id: "A-2" }]),
    calls(["unknownTool", {}]),
    "Both cost 42.",
  );
  const heard: CallEvent[] = [];
  const agent = harness.seam.agent("help", {
    tools,
    grant: { tools: { lookUp: true }, hosts: [] },
  });
  const run = await withinScope({ tags: {}, hear: (event) => heard.push(event) }, () =>
    agent.run({ prompt: "What do A-1 and A-2 cost?" }),
  );
  expect(run.outcome).toBe("answered");
  const wanted = [
    { name: "lookUp", arguments: { id: "A-1" } },
    { name: "lookUp", arguments: { id: "A-2" } },
    { name: "unknownTool", arguments: {} },
  ];
  const strict = toolCalls({ order: "strict" });
  expect(await scoreOf(strict, "both", wanted, { calls: heard })).toBe(1);
  // The same from the result itself.
  expect(await scoreOf(strict, run, wanted)).toBe(1);
  const names = wanted.map(({ name }) => name);
  expect(await scoreOf(trajectory(), "both", names, { calls: heard })).toBe(1);
});
