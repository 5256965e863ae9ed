import type { LanguageModelV4CallOptions, LanguageModelV4Message } from "@ai-sdk/provider";
import { estimateTokens, tokensOfText } from "../call/estimate.ts";
import type { CallEvent } from "../call/event.ts";
import { toJson } from "../call/json.ts";

/** A piece of a prompt, in the order in which providers read them: tools, schema, messages. */
export interface Segment {
  /** E.g. `tool lookUp`, `schema`, `system`, `user`. */
  readonly label: string;
  /** Everything it says, so that equal texts are equal segments. */
  readonly text: string;
  /** Estimated, before it is compared with what providers count. */
  readonly tokens: number;
}

export type Prompt = CallEvent["prompt"];

export function segmentsOf({ tools = [], responseFormat, prompt }: Prompt): Segment[] {
  return [
    ...tools.map(toolSegment),
    ...(responseFormat?.type === "json" && responseFormat.schema !== undefined
      ? [jsonSegment("schema", responseFormat.schema)]
      : []),
    ...prompt.map(messageSegment),
  ];
}

function toolSegment(tool: NonNullable<LanguageModelV4CallOptions["tools"]>[number]): Segment {
  return jsonSegment(`tool ${tool.name}`, tool);
}

function jsonSegment(label: string, value: unknown): Segment {
  const text = toJson(value);
  return { label, text, tokens: tokensOfText(text) };
}

function messageSegment(message: LanguageModelV4Message): Segment {
  return {
    label: message.role === "tool" ? "tool results" : message.role,
    text: typeof message.content === "string" ? message.content : toJson(message.content),
    tokens: estimateTokens({ prompt: [message] }).input,
  };
}

interface Piece {
  readonly role: LanguageModelV4Message["role"];
  readonly text: string;
}

/** The texts of a prompt's messages, with whose they are. */
export function textsOf({ prompt }: Prompt): Piece[] {
  return prompt.flatMap((message): Piece[] => {
    if (message.role === "system") return [{ role: message.role, text: message.content }];
    return message.content.flatMap((part) =>
      part.type === "text" ? [{ role: message.role, text: part.text }] : [],
    );
  });
}

/** The files of a prompt, each as a text that is the same for the same file. */
export function filesOf({
  prompt,
}: Prompt): { readonly mediaType: string; readonly text: string }[] {
  return prompt.flatMap(({ content }) =>
    [...content].flatMap((part) =>
      typeof part === "object" && part.type === "file"
        ? [{ mediaType: part.mediaType, text: toJson(part.data) }]
        : [],
    ),
  );
}
