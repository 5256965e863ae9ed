import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { ToolEffect } from "../../call/tool-record.ts";
import type { Duration } from "../../util/duration.ts";

/** A schema as `jsonSchema()` of the AI SDK makes it, and as MCP tools have it. */
export interface JsonSchemaLike {
  readonly jsonSchema: unknown;
  readonly validate?: unknown;
}

/** What a tool is given beside its input; what the AI SDK gives its tools is part of it. */
export interface ToolOptions<Context = unknown> {
  /** The caller's own context, as it was given to the agent. The model neither sees nor sets it. */
  readonly context: Context;
  /** Aborts when the tool takes too long, the run is aborted, or its time is up. */
  readonly abortSignal: AbortSignal;
  /**
   * The same for the same call in the same run, however often it is tried: hand it on, so that a refund is paid once.
   */
  readonly idempotencyKey: string;
  readonly toolCallId: string;
  readonly runId: string;
}

/** What Seam must know of a tool beside what it does. */
export interface ToolTraits {
  /**
   * `read`: changes nothing. `write`: changes something that can be put right. `irreversible`: what is done stays done,
   * such as a payment or an e-mail; it waits for approval.
   */
  readonly effect: ToolEffect;
  /** `true`: nothing in the results can have been written by strangers. Default: results are untrusted. */
  readonly trusted?: boolean | undefined;
  /** How long it may take; default: `agent.toolTimeout` of the config. */
  readonly timeout?: Duration | undefined;
  /** Characters of a result that the model is given; default: `agent.toolOutput` of the config. */
  readonly maxOutput?: number | undefined;
}

/** A tool with input of any kind: one of {@link defineTool}, or a tool of the AI SDK or of MCP with its traits. */
export interface AgentTool extends ToolTraits {
  readonly description?: unknown;
  readonly inputSchema: StandardSchemaV1 | JsonSchemaLike | (() => JsonSchemaLike);
  readonly execute?: ((input: never, options: never) => unknown) | undefined;
  /** What the model is given of a result, as tools of the AI SDK and of MCP tell it: texts, images, other files. */
  readonly toModelOutput?: ((options: never) => unknown) | undefined;
}

export type AgentTools = Readonly<Record<string, AgentTool>>;

/** What a tool's input is once it has been validated. */
export type ToolInput<Tool extends AgentTool> = Tool extends {
  readonly execute?: ((input: infer Input, options: never) => unknown) | undefined;
}
  ? Input
  : unknown;

export interface ToolDefinition<Schema extends StandardSchemaV1, Output, Context>
  extends ToolTraits {
  /** Tells the model what the tool does and when to use it. */
  readonly description: string;
  /** Zod, Valibot, ArkType or any other Standard Schema library. */
  readonly inputSchema: Schema;
  readonly execute: (
    input: StandardSchemaV1.InferOutput<Schema>,
    options: ToolOptions<Context>,
  ) => Output | Promise<Output>;
}

/**
 * Types a tool where it is written. Tools of the AI SDK serve as well, with their effect beside them:
 * `{ ...tool({ … }), effect: "read" }`.
 *
 * @example
 * const lookUpOrder = defineTool({
 *   description: "Looks up an order by its number.",
 *   effect: "read",
 *   inputSchema: z.object({ orderId: z.string() }),
 *   execute: ({ orderId }, { abortSignal }) => orders.find(orderId, { signal: abortSignal }),
 * });
 */
export function defineTool<Schema extends StandardSchemaV1, Output, Context = unknown>(
  tool: ToolDefinition<Schema, Output, Context>,
): ToolDefinition<Schema, Output, Context> {
  return tool;
}
