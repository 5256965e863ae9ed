import type { IncomingHttpHeaders } from "node:http";
import {
  isRecord,
  lastText,
  type ScriptMessage,
  type ScriptRequest,
  type ScriptTool,
  type ScriptToolChoice,
} from "../request.ts";
import {
  optionalText,
  recordOf,
  recordsIn,
  requiredMessages,
  requiredText,
  schemaOf,
  taskIn,
  textOf,
} from "./body.ts";
import { InvalidBody } from "./protocol.ts";

/** Reads the body of `POST /v1/messages`. */
export function readAnthropicRequest(input: unknown, headers: IncomingHttpHeaders): ScriptRequest {
  const body = recordOf(input);
  const model = requiredText(body, "model");
  if (typeof body.max_tokens !== "number") throw new InvalidBody("max_tokens: Field required");
  const messages = readMessages(body);
  const schema = readSchema(body);
  return {
    protocol: "anthropic",
    model,
    stream: body.stream === true,
    task: taskIn(headers),
    prompt: lastText(messages, "user"),
    messages,
    tools: readTools(body.tools),
    toolChoice: readToolChoice(body.tool_choice),
    schema,
    json: schema !== undefined,
    maxTokens: body.max_tokens,
    body,
  };
}

function readMessages(body: Readonly<Record<string, unknown>>): ScriptMessage[] {
  const system = textOf(body.system);
  const messages = requiredMessages(body).flatMap(readMessage);
  return system === "" ? messages : [{ role: "system", text: system }, ...messages];
}

function readMessage(message: Readonly<Record<string, unknown>>): ScriptMessage[] {
  const role = message.role === "assistant" || message.role === "system" ? message.role : "user";
  const results = recordsIn(message.content).filter((block) => block.type === "tool_result");
  const calls = recordsIn(message.content).filter((block) => block.type === "tool_use");
  const text = [
    textOf(message.content),
    ...calls.map((call) => `${String(call.name)} ${JSON.stringify(call.input)}`),
  ].filter((part) => part !== "");
  const answers = results.map(
    (result): ScriptMessage => ({ role: "tool", text: textOf(result.content) }),
  );
  if (text.length === 0 && results.length > 0) return answers;
  return [...answers, { role, text: text.join("\n") }];
}

function readSchema(body: Readonly<Record<string, unknown>>): ScriptRequest["schema"] {
  const config = isRecord(body.output_config) ? body.output_config.format : undefined;
  const format = config ?? body.output_format;
  if (!isRecord(format) || format.type !== "json_schema") return undefined;
  const schema = schemaOf(format.schema);
  return { name: isRecord(schema) ? optionalText(schema.title) : undefined, schema };
}

function readTools(tools: unknown): ScriptTool[] {
  return recordsIn(tools).map((tool) => ({
    name: optionalText(tool.name) ?? "",
    description: optionalText(tool.description),
    schema: schemaOf(tool.input_schema),
  }));
}

function readToolChoice(choice: unknown): ScriptToolChoice {
  if (!isRecord(choice)) return { type: "auto" };
  if (choice.type === "tool") return { type: "tool", name: optionalText(choice.name) ?? "" };
  if (choice.type === "any") return { type: "required" };
  return { type: choice.type === "none" ? "none" : "auto" };
}
