import { expect, test } from "vitest";
import type { ToolOutcome, ToolRecord } from "../../../call/tool-record.ts";
import { Troubles } from "../../../call/troubles.ts";
import { unknownUsage, zeroUsage } from "../../../call/usage.ts";
import { type ContentRule, keptContent } from "../../../redact/kept-content.ts";
import { redactors } from "../../../redact/redactor.ts";
import { type ToolEventParts, toolEventOf } from "./tool-event.ts";

const record: ToolRecord = {
  name: "refund",
  toolCallId: "c1",
  effect: "irreversible",
  outcome: "done",
  stoppedBy: null,
  reason: null,
  approval: null,
  idempotencyKey: "key",
  untrusted: true,
  cutFrom: null,
};

function partsOf(tool: Partial<ToolRecord>, more: Partial<ToolEventParts> = {}): ToolEventParts {
  return {
    id: "event",
    family: { parentId: "run", traceId: "trace" },
    task: "desk",
    tags: { user: "ann" },
    mode: "stream",
    startedAt: 1_000,
    latencyMs: 25,
    input: { orderId: "A1", mail: "ann@example.com" },
    output: { paid: 20, to: "ann@example.com" },
    tool: { ...record, ...tool },
    error: null,
    made: [],
    notes: [],
    ...more,
  };
}

test("arguments are the prompt, the result is the response, and nothing was used", () => {
  expect(toolEventOf(partsOf({}))).toMatchObject({
    id: "event",
    parentId: "run",
    traceId: "trace",
    time: 1_000,
    latencyMs: 25,
    task: "desk",
    tags: { user: "ann" },
    pattern: "tool",
    source: "tool",
    mode: "stream",
    target: "refund",
    answeredBy: "refund",
    prompt: {
      prompt: [
        {
          role: "assistant",
          content: [{ type: "tool-call", toolCallId: "c1", toolName: "refund" }],
        },
      ],
    },
    response: [{ type: "tool-result", toolCallId: "c1", toolName: "refund", result: { paid: 20 } }],
    usage: zeroUsage,
    costUsd: 0,
    attempts: [],
    children: 0,
    errorCode: null,
    errorMessage: null,
  });
});

const outcomes: readonly [ToolOutcome, string | null][] = [
  ["done", null],
  ["repeated", null],
  ["waiting", null],
  ["failed", "ToolFailed"],
  ["timed-out", "ToolTimedOut"],
  ["denied", "ToolDenied"],
  ["malformed", "ToolMalformed"],
  ["unknown", "ToolUnknown"],
];

test.each(outcomes)("%s has the error code %s", (outcome, code) => {
  const reason = "a short reason";
  const { errorCode, errorMessage, tool } = toolEventOf(
    partsOf({ outcome, reason }, { output: undefined }),
  );
  expect({ errorCode, errorMessage }).toEqual({ errorCode: code, errorMessage: code && reason });
  expect(tool).toMatchObject({ outcome, reason });
});

test("of an error the event says all that is known, beside what the model was told", () => {
  const error = { name: "TypeError", message: "x is undefined; caused by Error: no row" };
  const reason = "The tool refund failed.";
  const event = toolEventOf(partsOf({ outcome: "failed", reason }, { error, output: undefined }));
  expect(event.errorMessage).toBe("TypeError: x is undefined; caused by Error: no row");
  expect(event).toMatchObject({ response: null, tool: { reason } });
  const done = toolEventOf(partsOf({}, { error, notes: ["first"] }));
  expect(done).toMatchObject({
    errorCode: null,
    errorMessage: null,
    notes: ["first", `TypeError: ${error.message}`],
  });
});

test("calls that the tool made are counted, and what they used and cost is summed up", () => {
  const usage = { ...zeroUsage, inputTokens: 5, outputTokens: 1 };
  const call = { usage, costUsd: 0.5, unpricedAttempts: 1 };
  const event = toolEventOf(partsOf({}, { made: [call, { ...call, costUsd: null }] }));
  expect(event).toMatchObject({
    children: 2,
    costUsd: 0.5,
    unpricedAttempts: 2,
    usage: { inputTokens: 10 },
  });
  const unknown = { usage: unknownUsage, costUsd: null, unpricedAttempts: 1 };
  expect(toolEventOf(partsOf({}, { made: [unknown] }))).toMatchObject({
    costUsd: null,
    usage: unknownUsage,
  });
});

test("input and output of any kind can be stored", () => {
  const circle: Record<string, unknown> = { amount: 5n };
  circle["self"] = circle;
  const event = toolEventOf(partsOf({}, { input: circle, output: circle }));
  expect(JSON.parse(JSON.stringify([event.prompt, event.response]))).toMatchObject([
    { prompt: [{ content: [{ input: { amount: "5", self: "[circular]" } }] }] },
    [{ result: { amount: "5", self: "[circular]" } }],
  ]);
});

test.each([
  ["redacted", "[email]"],
  ["none", undefined],
] as const)("where content is kept %s, no address is left", (kept, seen) => {
  const rule: ContentRule = { kept, redactors: [redactors.email] };
  const reason = "ann@example.com has had hers";
  const parts = partsOf(
    { outcome: "failed", reason },
    { error: { name: "Error", message: reason }, notes: [reason] },
  );
  const text = JSON.stringify(keptContent(() => rule, new Troubles(() => {}))(toolEventOf(parts)));
  expect(text).not.toContain("ann@example.com");
  if (seen === undefined) expect(text).not.toContain("orderId");
  else expect(text).toContain(`"orderId":"A1","mail":"${seen}"`);
});

test("a result beyond all measure is cut, and says so, rather than the event being lost", () => {
  const resultOf = (output: unknown): unknown => {
    const [part] = toolEventOf(partsOf({}, { output })).response ?? [];
    return part?.type === "tool-result" ? part.result : undefined;
  };
  const text = "x".repeat(3_000_000);
  expect(resultOf(text)).toMatch(
    /^x{1000000}\n\[cut: the first 1,000,000 of 3,000,000 characters\]$/,
  );
  expect(String(resultOf({ text }))).toMatch(/^\{"text":"x+\n\[cut: the first 1,000,000 of /);
  expect(resultOf({ text: "short" })).toEqual({ text: "short" });
});
