import type { Attributes } from "@opentelemetry/api";
import type { CallEvent } from "../call/event.ts";
import { toJson } from "../call/json.ts";
import { spelt } from "./call-attributes.ts";
import type { Conventions } from "./rule.ts";

type Message = CallEvent["prompt"]["prompt"][number];
type PromptPart = Exclude<Message["content"], string>[number];
type ResponsePart = NonNullable<CallEvent["response"]>[number];
type FileData = Extract<PromptPart, { type: "file" }>["data"];
type ToolOutput = Extract<PromptPart, { type: "tool-result" }>["output"];

/** A part of a message, as the conventions' JSON schemas have it. */
type Part = Readonly<Record<string, unknown>> & { readonly type: string };

/**
 * Prompt and answer, as far as the event holds them, in the form of the conventions' JSON schemas. Structured
 * attributes reach spans only with the newest SDKs, so they are JSON texts, as the conventions allow.
 */
export function contentOf(event: CallEvent, conventions: Conventions): Attributes {
  const { prompt, tools } = event.prompt;
  const firstMessage = prompt.findIndex(({ role }) => role !== "system");
  const ahead = firstMessage === -1 ? prompt.length : firstMessage;
  return {
    "gen_ai.system_instructions": listText(prompt.slice(0, ahead).flatMap(partsOf)),
    "gen_ai.input.messages": listText(
      prompt.slice(ahead).map((message) => ({ role: message.role, parts: partsOf(message) })),
    ),
    "gen_ai.output.messages": event.response === null ? undefined : outputOf(event, conventions),
    "gen_ai.tool.definitions": listText(
      (tools ?? []).map(({ type, name }) => ({
        type: type === "function" ? type : "provider",
        name,
      })),
    ),
  };
}

function outputOf({ response, finishReason }: CallEvent, conventions: Conventions): string {
  return toJson([
    {
      role: "assistant",
      parts: (response ?? []).map(partOf),
      ...(conventions === "1.41" && { finish_reason: spelt(finishReason ?? "error") }),
    },
  ]);
}

function listText(list: readonly object[]): string | undefined {
  return list.length === 0 ? undefined : toJson(list);
}

function partsOf({ content }: Message): Part[] {
  return typeof content === "string" ? [{ type: "text", content }] : content.map(partOf);
}

function partOf(part: PromptPart | ResponsePart): Part {
  switch (part.type) {
    case "text":
    case "reasoning":
      return { type: part.type, content: part.text };
    case "tool-call": {
      const { toolCallId: id, toolName: name, input } = part;
      return {
        type: "tool_call",
        id,
        name,
        arguments: typeof input === "string" ? parsed(input) : input,
      };
    }
    case "tool-result":
      return {
        type: "tool_call_response",
        id: part.toolCallId,
        response: "output" in part ? toolOutput(part.output) : part.result,
      };
    case "file":
    case "reasoning-file":
      return filePart(part.mediaType, part.data);
    default:
      return { type: part.type };
  }
}

/** The files of a tool's result are shown like those of a message. */
function toolOutput(output: ToolOutput): unknown {
  if (output.type !== "content") return output;
  return output.value.map((item) =>
    item.type === "file" ? filePart(item.mediaType, item.data) : item,
  );
}

/** Files are named by where they are; those that came as bytes by their size: spans are no place for them. */
function filePart(mediaType: string, data: FileData): Part {
  const about = { mime_type: mediaType, modality: mediaType.split("/", 1)[0] };
  switch (data.type) {
    case "text":
      return { type: "text", content: data.text };
    case "url":
      return { type: "uri", ...about, uri: String(data.url) };
    case "reference":
      return { type: "file", ...about, file_id: Object.values(data.reference)[0] };
    case "data": {
      const bytes = data.data;
      const size = typeof bytes === "string" ? Buffer.byteLength(bytes, "base64") : bytes.length;
      return { type: "omitted_file", ...about, size };
    }
  }
}

/** The arguments of a tool call come as JSON text; what is none stays a text. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
