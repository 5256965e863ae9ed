import type { CallEvent } from "../../events.ts";
import { bytesAsText } from "./clean.ts";

/** A piece of a prompt or a response, as text with what it is. Not yet safe to print. */
export interface TextBlock {
  readonly label: string;
  readonly text: string;
}

type Message = CallEvent["prompt"]["prompt"][number];
type MessagePart = Exclude<Message["content"], string>[number];
type ContentPart = NonNullable<CallEvent["response"]>[number];

/** The messages, then what else was asked with them: tools, the wanted format, settings. */
export function promptBlocks({
  prompt,
  tools,
  responseFormat,
  ...settings
}: CallEvent["prompt"]): TextBlock[] {
  const extras: [label: string, value: unknown][] = [
    ["tools", tools],
    ["response format", responseFormat],
    ["settings", Object.keys(settings).length > 0 ? settings : undefined],
  ];
  return [
    ...prompt.flatMap(messageBlocks),
    ...extras
      .filter(([, value]) => value !== undefined)
      .map(([label, value]) => ({ label, text: pretty(value) })),
  ];
}

export function responseBlocks(response: CallEvent["response"]): TextBlock[] {
  return (response ?? []).map(partBlock);
}

function messageBlocks(message: Message): TextBlock[] {
  if (typeof message.content === "string") return [{ label: message.role, text: message.content }];
  return message.content.map((part) => {
    const { label, text } = partBlock(part);
    return { label: label === "text" ? message.role : `${message.role}: ${label}`, text };
  });
}

function partBlock(part: MessagePart | ContentPart): TextBlock {
  switch (part.type) {
    case "text":
    case "reasoning":
      return { label: part.type, text: part.text };
    case "tool-call":
      return { label: `tool call ${part.toolName}`, text: pretty(part.input) };
    case "tool-result":
      return {
        label: `tool result ${part.toolName}`,
        text: pretty("output" in part ? part.output : part.result),
      };
    default:
      return { label: part.type, text: pretty(part) };
  }
}

function pretty(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value, shortened, 2);
}

const longestText = 2_000;

/** Long texts in JSON, which are mostly files, are shown by their beginning. */
function shortened(this: Record<string, unknown>, key: string, value: unknown): unknown {
  const shown = bytesAsText.call(this, key, value);
  if (typeof shown !== "string" || shown.length <= longestText) return shown;
  return `${shown.slice(0, longestText)}… (${shown.length} characters)`;
}
