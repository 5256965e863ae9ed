import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { CallEvent } from "../../src/call/event.ts";
import { withinFamily } from "../../src/call/family.ts";
import { Troubles } from "../../src/call/troubles.ts";
import type { Telemetry } from "../../src/policies/telemetry.ts";
import { openTelemetry } from "../../src/telemetry/open-telemetry.ts";
import { type Collector, type ReceivedSpan, startCollector } from "../support/collector.ts";
import { type Harness, startHarness } from "../support/harness.ts";
import { segmentEvent, toolEvent } from "../support/run-events.ts";

let collector: Collector;
let harness: Harness<"ask">;

beforeAll(async () => {
  collector = await startCollector();
});
afterAll(() => collector[Symbol.asyncDispose]());
beforeEach(async () => {
  harness = await startHarness({ tasks: { ask: { model: "anthropic/claude-haiku-4-5" } } });
  await collector.clear();
});
afterEach(() => harness[Symbol.asyncDispose]());

const lookUp = toolEvent("run", {
  id: "look",
  record: { name: "lookUpOrder", toolCallId: "call-1" },
  input: { orderId: "A-1" },
  output: "80 USD",
  children: 1,
});
const denied = toolEvent("run", {
  id: "denied",
  time: 1_700_000_000_000,
  latencyMs: 5,
  errorCode: "ToolDenied",
  errorMessage: "A-1 is too much",
  record: {
    name: "refund",
    effect: "irreversible",
    outcome: "denied",
    stoppedBy: "constraint",
    reason: "A-1 is too much",
  },
  input: { orderId: "A-1" },
});
const failed = toolEvent("run", {
  id: "failed",
  errorCode: "ToolFailed",
  errorMessage: "Error: A-1 is closed",
  record: {
    name: "refund",
    effect: "irreversible",
    outcome: "failed",
    reason: "refund failed",
    approval: { id: "approval-1", approved: true, by: "ada" },
  },
  input: { orderId: "A-1" },
});

/** The spans of a run that looks an order up with the help of a model, and asks for two refunds. */
async function spansOfRun(content: boolean): Promise<ReadonlyMap<string, ReceivedSpan>> {
  const telemetry: Telemetry = openTelemetry({ content, conventions: "1.41" }, new Troubles());
  const runTool = (event: CallEvent, work: () => Promise<unknown>) =>
    telemetry.group({ ...event, tool: { name: event.target, toolCallId: "call-1" } }, async () => {
      await work();
      telemetry.record(event);
    });
  await telemetry.group({ id: "run", task: "refunds", pattern: "agent" }, async () => {
    await runTool(lookUp, () =>
      withinFamily({ parentId: "look", traceId: "run", add: () => {} }, () =>
        harness.seam.complete("ask", { prompt: "Sum it up" }),
      ),
    );
    telemetry.record(denied);
    await runTool(failed, async () => {});
    telemetry.record(segmentEvent({ id: "run", task: "refunds" }));
  });
  const spans = await collector.spans();
  return new Map(
    spans.map((span) => [String(span.attributes["seam.call_id"] ?? span.name), span] as const),
  );
}

test("a run, its tools and the calls made inside them are nested spans by the conventions", async () => {
  const spans = await spansOfRun(false);
  const [run, look, held, broken] = ["run", "look", "denied", "failed"].map((id) => spans.get(id));
  expect(run).toMatchObject({
    name: "invoke_agent refunds",
    kind: 1,
    status: { code: 0 },
    attributes: {
      "gen_ai.operation.name": "invoke_agent",
      "gen_ai.agent.name": "refunds",
      "seam.pattern": "agent",
      "seam.outcome": "ok",
    },
  });
  expect(run?.parentSpanId).toBeUndefined();
  expect(look).toMatchObject({
    name: "execute_tool lookUpOrder",
    kind: 1,
    parentSpanId: run?.spanId,
    status: { code: 0 },
    attributes: {
      "gen_ai.operation.name": "execute_tool",
      "gen_ai.tool.name": "lookUpOrder",
      "gen_ai.tool.call.id": "call-1",
      "gen_ai.tool.type": "function",
      "seam.tool.outcome": "done",
      "seam.tool.effect": "read",
      "seam.tool.untrusted": true,
    },
  });
  const inner = [...spans.values()].find(({ name }) => name === "chat claude-haiku-4-5");
  expect(inner).toMatchObject({ parentSpanId: look?.spanId, traceId: run?.traceId });
  expect(held).toMatchObject({
    name: "execute_tool refund",
    parentSpanId: run?.spanId,
    startMs: 1_700_000_000_000,
    durationMs: 5,
    status: { code: 0 },
    attributes: { "seam.tool.outcome": "denied", "seam.tool.stopped_by": "constraint" },
  });
  expect(broken).toMatchObject({
    status: { code: 2 },
    attributes: { "error.type": "ToolFailed", "seam.tool.approved_by": "ada" },
  });
});

test("arguments, results and reasons leave only with content", async () => {
  await spansOfRun(false);
  expect(await collector.wire()).not.toMatch(/A-1|80 USD/);
  const spans = await spansOfRun(true);
  expect(spans.get("look")?.attributes).toMatchObject({
    "gen_ai.tool.call.arguments": '{"orderId":"A-1"}',
    "gen_ai.tool.call.result": '"80 USD"',
  });
  expect(spans.get("denied")?.attributes["seam.tool.reason"]).toBe("A-1 is too much");
  expect(spans.get("failed")?.status.message).toBe("Error: A-1 is closed");
});

test("metrics count what features asked: the run, and neither its tools nor the calls inside them", async () => {
  await spansOfRun(false);
  const calls = (await collector.metrics()).get("seam.calls");
  expect(calls?.points.map(({ attributes }) => attributes["seam.task"]).toSorted()).toEqual([
    "refunds",
  ]);
});
