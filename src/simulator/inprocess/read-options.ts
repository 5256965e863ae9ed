import type { LanguageModelV4CallOptions, LanguageModelV4Message } from "@ai-sdk/provider";
import {
  lastText,
  type ScriptMessage,
  type ScriptRequest,
  type ScriptTool,
  type ScriptToolChoice,
} from "../request.ts";
import { taskHeader } from "../task-header.ts";

/** A call in the words that scripts and faults understand. */
export function readCallOptions(
  options: LanguageModelV4CallOptions,
  model: string,
  stream: boolean,
): ScriptRequest {
  const messages = options.prompt.map(readMessage);
  const format = options.responseFormat;
  const schema = format?.type === "json" ? format.schema : undefined;
  return {
    protocol: "in-process",
    model,
    stream,
    task: options.headers?.[taskHeader],
    prompt: lastText(messages, "user"),
    messages,
    tools: readTools(options.tools),
    toolChoice: readToolChoice(options.toolChoice),
    schema: schema && { name: nameOf(options), schema: { ...schema } },
    json: format?.type === "json",
    maxTokens: options.maxOutputTokens,
    body: options,
  };
}

function nameOf({ responseFormat }: LanguageModelV4CallOptions): string | undefined {
  return responseFormat?.type === "json" ? responseFormat.name : undefined;
}

function readMessage(message: LanguageModelV4Message): ScriptMessage {
  if (message.role === "system") return { role: "system", text: message.content };
  const texts = message.content.map((part) => {
    if (part.type === "text" || part.type === "reasoning") return part.text;
    if (part.type === "tool-call") return `${part.toolName} ${JSON.stringify(part.input)}`;
    return part.type === "tool-result" ? JSON.stringify(part.output) : "";
  });
  return { role: message.role, text: texts.filter((text) => text !== "").join("\n") };
}

function readTools(tools: LanguageModelV4CallOptions["tools"] = []): ScriptTool[] {
  return tools
    .filter((tool) => tool.type === "function")
    .map((tool) => ({
      name: tool.name,
      description: tool.description,
      schema: { ...tool.inputSchema },
    }));
}

function readToolChoice(choice: LanguageModelV4CallOptions["toolChoice"]): ScriptToolChoice {
  if (!choice) return { type: "auto" };
  return choice.type === "tool" ? { type: "tool", name: choice.toolName } : choice;
}
