import type { CallEvent } from "../../src/call/event.ts";
import type { ToolRecord } from "../../src/call/tool-record.ts";
import { eventOf } from "./event.ts";

type Changes = Partial<CallEvent> & { readonly id: string };

/** The event of one part of an agent's run. */
export function segmentEvent(changes: Changes): CallEvent {
  return eventOf({ task: "refund", pattern: "agent", children: 2, ...changes });
}

/** An answer of the model to the agent of the segment `parentId`. */
export function stepEvent(parentId: string, changes: Changes): CallEvent {
  return eventOf({ task: "refund", pattern: "model", parentId, traceId: parentId, ...changes });
}

/** What an agent's tool did: the record, its input and its output. */
export function toolEvent(
  parentId: string,
  {
    record,
    input,
    output,
    ...changes
  }: Changes & {
    readonly record: Partial<ToolRecord> & { readonly name: string };
    readonly input: unknown;
    readonly output?: string;
  },
): CallEvent {
  const { name, toolCallId = `call-${changes.id}` } = record;
  const call = { type: "tool-call", toolCallId, toolName: name, input } as const;
  const result = { type: "tool-result", toolCallId, toolName: name, result: output ?? "" } as const;
  return eventOf({
    task: "refund",
    parentId,
    traceId: parentId,
    pattern: "tool",
    source: "tool",
    target: name,
    answeredBy: (record.outcome ?? "done") === "done" ? name : null,
    model: null,
    prompt: { prompt: [{ role: "assistant", content: [call] }] },
    response: output === undefined ? null : [result],
    usage: {
      inputTokens: 0,
      outputTokens: 0,
      cachedTokens: 0,
      cacheWriteTokens: 0,
      reasoningTokens: 0,
    },
    costUsd: 0,
    attempts: [],
    finishReason: null,
    tool: {
      toolCallId,
      effect: "read",
      outcome: "done",
      stoppedBy: null,
      reason: null,
      approval: null,
      idempotencyKey: null,
      untrusted: true,
      cutFrom: null,
      ...record,
    },
    ...changes,
  });
}
