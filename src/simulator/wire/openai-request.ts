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
  optionalNumber,
  optionalText,
  recordOf,
  recordsIn,
  requiredMessages,
  requiredText,
  schemaOf,
  taskIn,
  textOf,
} from "./body.ts";

/** Reads the body of `POST /v1/chat/completions`. */
export function readOpenAIRequest(input: unknown, headers: IncomingHttpHeaders): ScriptRequest {
  const body = recordOf(input);
  const model = requiredText(body, "model");
  const messages = requiredMessages(body).map(readMessage);
  const format = isRecord(body.response_format) ? body.response_format : {};
  return {
    protocol: "openai",
    model,
    stream: body.stream === true,
    task: taskIn(headers),
    prompt: lastText(messages, "user"),
    messages,
    tools: readTools(body.tools),
    toolChoice: readToolChoice(body.tool_choice),
    schema: readSchema(format),
    json: format.type === "json_object" || format.type === "json_schema",
    maxTokens: optionalNumber(body.max_completion_tokens) ?? optionalNumber(body.max_tokens),
    body,
  };
}

function readMessage(message: Readonly<Record<string, unknown>>): ScriptMessage {
  const calls = recordsIn(message.tool_calls).map((call) => JSON.stringify(call.function));
  const text = [textOf(message.content), ...calls].filter((part) => part !== "").join("\n");
  return { role: roleOf(message.role), text };
}

function roleOf(role: unknown): ScriptMessage["role"] {
  if (role === "system" || role === "developer") return "system";
  return role === "assistant" || role === "tool" ? role : "user";
}

function readSchema(format: Readonly<Record<string, unknown>>): ScriptRequest["schema"] {
  const wanted = format.json_schema;
  if (format.type !== "json_schema" || !isRecord(wanted)) return undefined;
  return { name: optionalText(wanted.name), schema: schemaOf(wanted.schema) };
}

function readTools(tools: unknown): ScriptTool[] {
  return recordsIn(tools)
    .map((tool) => tool.function)
    .filter(isRecord)
    .map((tool) => ({
      name: optionalText(tool.name) ?? "",
      description: optionalText(tool.description),
      schema: schemaOf(tool.parameters),
    }));
}

function readToolChoice(choice: unknown): ScriptToolChoice {
  if (choice === "required" || choice === "none") return { type: choice };
  if (!isRecord(choice) || !isRecord(choice.function)) return { type: "auto" };
  return { type: "tool", name: optionalText(choice.function.name) ?? "" };
}
