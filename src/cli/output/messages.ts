import type { CallEvent } from "../../events.ts";
import type { Message as Said } from "../../patterns/prompt.ts";
import { bytesAsText } from "./clean.ts";

/** A piece of a prompt or a response, as text with what it is. Not yet safe to print. */
export interface TextBlock {
  readonly label: string;
  readonly text: string;
}

type Message = CallEvent["prompt"]["prompt"][number];
type MessagePart = Exclude<Message["content"], string>[number];
type ContentPart = NonNullable<CallEvent["response"]>[number];

/** Whether long texts in JSON, e.g. in a tool's result, are shown whole; bytes never are. */
export interface BlockOptions {
  readonly full?: boolean;
}

/** The messages, then what else was asked with them: tools, the wanted format, settings. */
export function promptBlocks(
  { prompt, tools, responseFormat, ...settings }: CallEvent["prompt"],
  options: BlockOptions = {},
): TextBlock[] {
  const extras: [label: string, value: unknown][] = [
    ["tools", tools],
    ["response format", responseFormat],
    ["settings", Object.keys(settings).length > 0 ? settings : undefined],
  ];
  return [
    ...prompt.flatMap((message) => messageBlocks(message, options)),
    ...extras
      .filter(([, value]) => value !== undefined)
      .map(([label, value]) => ({ label, text: pretty(value, options) })),
  ];
}

export function responseBlocks(
  response: CallEvent["response"],
  options: BlockOptions = {},
): TextBlock[] {
  return (response ?? []).map((part) => partBlock(part, options));
}

export function messageBlocks(message: Message | Said, options: BlockOptions = {}): TextBlock[] {
  if (typeof message.content === "string") return [{ label: message.role, text: message.content }];
  return message.content.map((part) => {
    const { label, text } = partBlock(part, options);
    return { label: label === "text" ? message.role : `${message.role}: ${label}`, text };
  });
}

function partBlock(part: MessagePart | ContentPart, options: BlockOptions): TextBlock {
  switch (part.type) {
    case "text":
    case "reasoning":
      return { label: part.type, text: part.text };
    case "tool-call":
      return { label: `tool call ${part.toolName}`, text: pretty(part.input, options) };
    case "tool-result":
      return {
        label: `tool result ${part.toolName}`,
        text: pretty("output" in part ? part.output : part.result, options),
      };
    default:
      return { label: part.type, text: pretty(part, options) };
  }
}

function pretty(value: unknown, { full = false }: BlockOptions): string {
  return typeof value === "string"
    ? value
    : JSON.stringify(value, full ? shortenedBytes : shortened, 2);
}

const longestText = 2_000;

/** Long texts in JSON, which are mostly files, are shown by their beginning. */
function shortened(this: Record<string, unknown>, key: string, value: unknown): unknown {
  const shown = bytesAsText.call(this, key, value);
  if (typeof shown !== "string" || shown.length <= longestText) return shown;
  return `${shown.slice(0, longestText)}… (${shown.length} characters)`;
}

function shortenedBytes(this: Record<string, unknown>, key: string, value: unknown): unknown {
  return key === "$bytes" ? shortened.call(this, key, value) : bytesAsText.call(this, key, value);
}
