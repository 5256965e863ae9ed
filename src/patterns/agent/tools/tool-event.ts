import type { JSONValue } from "@ai-sdk/provider";
import { fingerprintOf } from "../../../call/canonical.ts";
import type { CallEvent } from "../../../call/event.ts";
import type { Family } from "../../../call/family.ts";
import type { Tags } from "../../../call/labels.ts";
import type { ToolOutcome, ToolRecord } from "../../../call/tool-record.ts";
import { addKnown, addUsage, unknownUsage, zeroUsage } from "../../../call/usage.ts";
import { beginningOf, cutNotice } from "./cut.ts";
import { jsonCopy, jsonOf } from "./json-of.ts";
import type { RecordedError } from "./tool-error.ts";

export interface ToolEventParts {
  readonly id: string;
  /** The run's part that the call belongs to. */
  readonly family: Pick<Family, "parentId" | "traceId">;
  readonly task: string;
  readonly tags: Tags;
  readonly mode: CallEvent["mode"];
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly latencyMs: number;
  /** Validated where it fits the schema; else as the model wrote it. */
  readonly input: unknown;
  /** The result, of which a million characters are kept; `undefined` where there is none. */
  readonly output: unknown;
  readonly tool: ToolRecord;
  readonly error: RecordedError | null;
  /** Calls of models that the tool made itself. */
  readonly made: readonly Pick<CallEvent, "usage" | "costUsd" | "unpricedAttempts">[];
  readonly notes: readonly string[];
}

const errorCodes: Readonly<Record<ToolOutcome, string | null>> = {
  done: null,
  repeated: null,
  waiting: null,
  failed: "ToolFailed",
  "timed-out": "ToolTimedOut",
  denied: "ToolDenied",
  malformed: "ToolMalformed",
  unknown: "ToolUnknown",
};

/** The event of one call of a tool, whatever became of it: the arguments are its prompt, the result its response. */
export function toolEventOf(parts: ToolEventParts): CallEvent {
  const { id, family, tool, made, error } = parts;
  const { name: toolName, toolCallId } = tool;
  const input = jsonCopy(parts.input) ?? {};
  const errorCode = errorCodes[tool.outcome];
  const errorMessage = error === null ? tool.reason : `${error.name}: ${error.message}`;
  return {
    id,
    parentId: family.parentId,
    traceId: family.traceId,
    time: parts.startedAt,
    task: parts.task,
    pattern: "tool",
    mode: parts.mode,
    tags: { ...parts.tags },
    arm: null,
    target: toolName,
    answeredBy: tool.outcome === "done" ? toolName : null,
    model: null,
    content: "full",
    prompt: {
      prompt: [
        { role: "assistant", content: [{ type: "tool-call", toolCallId, toolName, input }] },
      ],
    },
    response: responseOf(parts),
    usage: made
      .map(({ usage }) => usage)
      .reduce(addUsage, made.length > 0 ? unknownUsage : zeroUsage),
    costUsd: made.map(({ costUsd }) => costUsd).reduce(addKnown, made.length > 0 ? null : 0),
    unpricedAttempts: made.reduce((sum, call) => sum + call.unpricedAttempts, 0),
    savedUsd: null,
    latencyMs: parts.latencyMs,
    firstTokenMs: null,
    queuedMs: 0,
    source: "tool",
    attempts: [],
    reroutes: [],
    resumes: [],
    finishReason: null,
    errorCode,
    errorMessage: errorCode === null ? null : errorMessage,
    fingerprint: fingerprintOf([toolName, input]),
    promptFingerprint: null,
    children: made.length,
    repeatOf: null,
    tool,
    notes:
      errorCode === null && error !== null
        ? [...parts.notes, `${error.name}: ${error.message}`]
        : parts.notes,
  };
}

function responseOf({ tool, output }: ToolEventParts): CallEvent["response"] {
  if (output === undefined || output === null) return null;
  const result = recordable(output);
  const isError = tool.outcome !== "done" && tool.outcome !== "repeated";
  const { name: toolName, toolCallId } = tool;
  return [{ type: "tool-result", toolCallId, toolName, result, ...(isError && { isError }) }];
}

/** A result beyond all measure would cost the event itself: more than this is cut, and says so. */
const longestResult = 1_000_000;

function recordable(output: unknown): JSONValue & {} {
  const isText = typeof output === "string";
  const text = isText ? output : jsonOf(output);
  if (text.length <= longestResult) return isText ? text : (JSON.parse(text) as JSONValue & {});
  const given = beginningOf(text, longestResult);
  return `${given}\n${cutNotice(given.length, text.length)}`;
}
