import { defineTool } from "llm-seam";
import type { Reply } from "llm-seam/simulator";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { jsonLines, runSeam } from "../cli/run-seam.testkit.ts";
import { type Collector, startCollector } from "../support/collector.ts";
import { type Harness, startHarness } from "../support/harness.ts";

let collector: Collector;
let harness: Harness<"refunds" | "sum">;

beforeAll(async () => {
  collector = await startCollector();
});
afterAll(() => collector[Symbol.asyncDispose]());
beforeEach(async () => {
  const model = "anthropic/claude-haiku-4-5";
  harness = await startHarness({ tasks: { refunds: { model }, sum: { model } } });
  await collector.clear();
});
afterEach(() => harness[Symbol.asyncDispose]());

const call = (name: string, values: unknown): Reply => ({
  type: "tool-calls",
  calls: [{ name, arguments: values }],
});

/** Looks an order up with the help of a model, asks for two refunds: one is denied, for the other it has to wait. */
function refundAgent() {
  harness.simulator.script({
    replies: [
      { match: { prompt: "Sum up" }, reply: "All is well." },
      ...[
        call("lookUp", { orderId: "A-1" }),
        call("refund", { amount: 80 }),
        call("refund", { amount: 40 }),
        "Paid.",
      ].map((reply) => ({ reply, times: 1 })),
    ],
  });
  const lookUp = defineTool({
    description: "Looks up an order.",
    effect: "read",
    trusted: true,
    inputSchema: z.object({ orderId: z.string() }),
    execute: async ({ orderId }) => {
      const { text } = await harness.seam.complete("sum", { prompt: `Sum up ${orderId}` });
      return text;
    },
  });
  const refund = defineTool({
    description: "Pays back.",
    effect: "irreversible",
    inputSchema: z.object({ amount: z.number() }),
    execute: ({ amount }) => `paid ${amount}`,
  });
  return harness.seam.agent("refunds", {
    tools: { lookUp, refund },
    grant: {
      tools: { lookUp: true, refund: { allow: ({ amount }) => amount <= 50 || "more than 50" } },
    },
  });
}

async function runWithPause(): Promise<string> {
  const agent = refundAgent();
  const paused = await agent.run({ prompt: "Refund order A-1" });
  if (paused.outcome !== "paused") throw new Error("it should have paused");
  const [approval] = paused.approvals;
  await harness.seam.approvals.approve(approval?.id ?? "", { by: "ada", note: "fine" });
  const answered = await agent.resume(paused.runId);
  expect(answered).toMatchObject({ outcome: "answered", text: "Paid.", runId: paused.runId });
  await harness.seam.flush();
  return paused.runId;
}

test("`seam agent trace` shows a real run: both of its parts, what was denied, who agreed, the call inside a tool", async () => {
  const runId = await runWithPause();
  const { file: path } = harness;
  const { stdout, code } = await runSeam(["agent", "trace", runId, "--store", path, "--json"]);
  expect(code).toBe(0);
  const [run] = jsonLines(stdout);
  expect(run).toMatchObject({
    id: runId,
    task: "refunds",
    approvals: [{ tool: "refund", decision: { by: "ada", approved: true } }],
    totals: { steps: 4, tools: { done: 2, denied: 1, waiting: 1 } },
    segments: [
      {
        event: { pattern: "agent" },
        calls: [
          { pattern: "model" },
          { tool: { name: "lookUp", outcome: "done" }, calls: [{ task: "sum" }] },
          { pattern: "model" },
          { tool: { name: "refund", outcome: "denied", reason: "more than 50" } },
          { pattern: "model" },
          { tool: { name: "refund", outcome: "waiting" } },
        ],
      },
      {
        event: { pattern: "agent" },
        calls: [
          { tool: { name: "refund", outcome: "done", approval: { by: "ada" } } },
          { pattern: "model" },
        ],
      },
    ],
  });
  const shown = await runSeam(["agent", "trace", runId, "--store", path]);
  expect(shown.stdout).toMatch(/^Run \w+ {2}refunds {2}answered\n/);
  expect(shown.stdout).toMatch(/approval \w+: approved by ada, .*: fine\n/);
});

test("its spans are nested as its events are", async () => {
  const runId = await runWithPause();
  const spans = await collector.spans();
  const named = (name: string) => spans.filter((span) => span.name === name);
  const [first, second] = named("invoke_agent refunds");
  const [lookUp] = named("execute_tool lookUp");
  expect(first?.attributes["seam.call_id"]).toBe(runId);
  expect(lookUp).toMatchObject({ parentSpanId: first?.spanId });
  const inner = spans.filter(({ attributes }) => attributes["seam.task"] === "sum");
  expect(inner).toMatchObject([{ parentSpanId: lookUp?.spanId }]);
  expect(
    named("execute_tool refund").map(({ parentSpanId, attributes }) => [
      attributes["seam.tool.outcome"],
      parentSpanId,
    ]),
  ).toEqual([
    ["denied", first?.spanId],
    ["waiting", first?.spanId],
    ["done", second?.spanId],
  ]);
});
