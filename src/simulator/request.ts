/** How a request reached the simulator. */
export type Protocol = "anthropic" | "openai" | "in-process";

/** A JSON Schema as it arrived; nothing about it is taken for granted. */
export type JsonSchema = boolean | { readonly [keyword: string]: unknown };

/** A tool the caller offers. */
export interface ScriptTool {
  readonly name: string;
  readonly description: string | undefined;
  readonly schema: JsonSchema;
}

/** One message of the prompt, reduced to its text. */
export interface ScriptMessage {
  readonly role: "system" | "user" | "assistant" | "tool";
  readonly text: string;
}

/** Which tool the model may, must or must not call. */
export type ScriptToolChoice =
  | { readonly type: "auto" | "none" | "required" }
  | { readonly type: "tool"; readonly name: string };

/** A request in the same words for every protocol: what rules match on and replies are made from. */
export interface ScriptRequest {
  readonly protocol: Protocol;
  readonly model: string;
  readonly stream: boolean;
  /** From the header `x-seam-task`. */
  readonly task: string | undefined;
  /** The text of the last user message. */
  readonly prompt: string;
  readonly messages: readonly ScriptMessage[];
  readonly tools: readonly ScriptTool[];
  readonly toolChoice: ScriptToolChoice;
  /** The schema the answer must follow, when one was asked for natively. */
  readonly schema: { readonly name: string | undefined; readonly schema: JsonSchema } | undefined;
  /** The answer must be JSON, with or without a schema. */
  readonly json: boolean;
  /** Longest answer in tokens; a longer one is cut and finishes with `length`. */
  readonly maxTokens: number | undefined;
  /** The request as the protocol carried it. */
  readonly body: unknown;
}

/** The tool this request forces, if any: named, or the first one when any tool will do. */
export function forcedTool(request: ScriptRequest): ScriptTool | undefined {
  const choice = request.toolChoice;
  if (choice.type === "required") return request.tools[0];
  if (choice.type === "tool") return request.tools.find((tool) => tool.name === choice.name);
  return undefined;
}

/** The schema the answer has to follow, whether it is asked for natively or by a forced tool. */
export function wantedSchema(
  request: ScriptRequest,
): { readonly name: string | undefined; readonly schema: JsonSchema } | undefined {
  const tool = forcedTool(request);
  return tool ? { name: tool.name, schema: tool.schema } : request.schema;
}

/** The text of the last message of a role, or "". */
export function lastText(messages: readonly ScriptMessage[], role: ScriptMessage["role"]): string {
  return messages.findLast((message) => message.role === role && message.text !== "")?.text ?? "";
}

/** True for a JSON object: not null, not an array. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
