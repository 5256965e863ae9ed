import type { ToolOutcome } from "./tool-record.ts";
import type { Usage } from "./usage.ts";

/** One step of an agent's run: a model was asked, and the tools that it called were run, or were not. */
export interface AgentStep {
  /** The event of the model's answer. */
  readonly callId: string;
  /** What the model said beside its tool calls. */
  readonly text: string;
  readonly toolCalls: readonly AgentToolCall[];
  readonly finishReason: string;
  readonly usage: Usage;
  /** US dollars; `null` when unknown. */
  readonly cost: number | null;
}

export interface AgentToolCall {
  /** The event of the call. */
  readonly callId: string;
  readonly toolCallId: string;
  readonly name: string;
  readonly input: unknown;
  readonly outcome: ToolOutcome;
  /** What the tool gave back, before it was cut to size; `undefined` where it gave nothing. */
  readonly output: unknown;
  /** What the model was told instead of a result; `null` where it was given one. */
  readonly reason: string | null;
}
