import type { LanguageModelV4ToolResultOutput } from "@ai-sdk/provider";
import type { Start } from "../../call/compose-event.ts";
import type { CallEvent } from "../../call/event.ts";
import type { AgentToolCall } from "../../call/step.ts";
import type { StoppedBy, ToolOutcome, ToolRecord } from "../../call/tool-record.ts";
import type { PendingApproval } from "./options.ts";
import type { AgentTool } from "./tool.ts";
import { recordedError } from "./tools/tool-error.ts";
import { type ToolEventParts, toolEventOf } from "./tools/tool-event.ts";

/** A call of a tool, from the model's asking for it to what came of it. */
export interface OpenCall {
  /** The id of its event. */
  readonly id: string;
  readonly toolCallId: string;
  readonly name: string;
  /** `undefined`: there is none of this name. */
  readonly tool: AgentTool | undefined;
  /** The arguments as the model wrote them. */
  readonly text: string;
  /** Validated, once they have been read. */
  input: unknown;
  readonly start: Start;
  /** Whether the gate counts it. */
  hasPlace: boolean;
  /** It may be made: once, and with arguments of this hash. */
  ticket: { readonly hash: string; readonly approval: ToolRecord["approval"] } | undefined;
  /** It waits for somebody to agree. */
  waitsFor: PendingCall | undefined;
  /** Calls of models that the tool made itself. */
  readonly made: CallEvent[];
  settled: Settled | undefined;
}

export type WaitingOpenCall = OpenCall & { readonly waitsFor: PendingCall };

/** What somebody must agree to: the call of this hash. */
export interface PendingCall extends PendingApproval {
  readonly hash: string;
}

/** What came of a call. */
export interface Settled {
  readonly outcome: ToolOutcome;
  readonly by: StoppedBy | null;
  /** What the model was told instead of a result, or the approver is. */
  readonly reason: string | null;
  /** What the model is given; `undefined` while it waits. */
  readonly forModel: LanguageModelV4ToolResultOutput | undefined;
  /** What the tool gave back, whole. */
  readonly output?: unknown;
  readonly cutFrom?: number | null;
  /** When it was made, and how long that took; default: from when the model asked for it. */
  readonly startedAt?: number;
  readonly durationMs?: number;
  readonly untrusted?: boolean;
  /** For the event alone. */
  readonly error?: ToolEventParts["error"];
  readonly approval?: ToolRecord["approval"];
  readonly idempotencyKey?: string;
}

/** A call that was not made: the model is told why. */
export function notMade(
  outcome: Exclude<ToolOutcome, "done">,
  by: StoppedBy,
  reason: string,
  more: { readonly error?: unknown; readonly approval?: ToolRecord["approval"] } = {},
): Settled {
  const forModel =
    outcome === "denied"
      ? ({ type: "execution-denied", reason } as const)
      : ({ type: "error-text", value: reason } as const);
  const { error, approval = null } = more;
  return {
    ...{ outcome, by, reason, forModel, approval },
    error: error === undefined ? null : recordedError(error),
  };
}

/** The result of the same call before, with a sentence ahead of it that says so. */
export function givenAgain(
  output: LanguageModelV4ToolResultOutput,
  reason: string,
): LanguageModelV4ToolResultOutput {
  switch (output.type) {
    case "text":
    case "error-text":
      return { ...output, value: `${reason}\n${output.value}` };
    case "content":
      return { ...output, value: [{ type: "text", text: reason }, ...output.value] };
    case "json":
    case "error-json":
      return { type: "text", value: `${reason}\n${JSON.stringify(output.value)}` };
    case "execution-denied":
      return output;
  }
}

export function stepOf({ id, toolCallId, name, input, settled }: OpenCall): AgentToolCall[] {
  if (settled === undefined) return [];
  const { outcome, output, reason } = settled;
  return [{ callId: id, toolCallId, name, input, outcome, output, reason }];
}

/** The event of a call that has come to something. */
export function eventOfCall(
  call: OpenCall,
  settled: Settled,
  of: Pick<ToolEventParts, "family" | "task" | "tags" | "mode" | "notes">,
): CallEvent {
  const { id, name, toolCallId, tool, input, made, start } = call;
  const { outcome, by, reason, output, error = null } = settled;
  const { startedAt = start.time, durationMs = performance.now() - start.at } = settled;
  const { approval = null, idempotencyKey = null, untrusted = false, cutFrom = null } = settled;
  const { family, task, tags, mode, notes } = of;
  return toolEventOf({
    ...{ id, family, task, tags, mode, input, output, error, made },
    ...{ startedAt, latencyMs: durationMs },
    tool: {
      ...{ name, toolCallId, outcome, reason, approval, idempotencyKey, untrusted, cutFrom },
      effect: tool?.effect ?? null,
      stoppedBy: by,
    },
    notes,
  });
}
