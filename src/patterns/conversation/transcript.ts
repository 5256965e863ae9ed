import { tokensOfText } from "../../call/estimate.ts";
import { toJson } from "../../call/json.ts";
import type { Message } from "../prompt.ts";

type Part = Exclude<Message["content"], string>[number];

/** Characters of a tool's result that a summary is made from; they are data, and their beginning says most. */
const longestResult = 1_000;

/** What was said, as a text for who summarizes it. */
export function transcriptOf(messages: readonly Message[]): string {
  return messages.flatMap(linesOf).join("\n");
}

/** The text with its middle left out, visibly, so that it takes no more than so many tokens. */
export function fitted(text: string, tokens: number): string {
  const all = tokensOfText(text);
  if (all <= tokens) return text;
  const half = Math.floor((text.length * tokens) / all / 2);
  const head = text.slice(0, half).toWellFormed();
  const tail = half === 0 ? "" : text.slice(-half).toWellFormed();
  return `${head}\n[${text.length - 2 * half} characters left out]\n${tail}`;
}

const speakers = { system: "System", user: "User", assistant: "Assistant", tool: "Tool" } as const;

function linesOf({ role, content }: Message): string[] {
  if (typeof content === "string") return [`${speakers[role]}: ${content}`];
  return content.flatMap((part) => {
    const text = textOfPart(part);
    return text === undefined ? [] : [`${speakers[role]}: ${text}`];
  });
}

function textOfPart(part: Part): string | undefined {
  switch (part.type) {
    case "text":
      return part.text;
    case "file":
      return `[file ${part.filename ?? ""} ${part.mediaType}]`.replace("  ", " ");
    case "tool-call":
      return `[calls ${part.toolName} with ${shortened(toJson(part.input))}]`;
    case "tool-result":
      return `[result of ${part.toolName}: ${shortened(toJson(part.output))}]`;
    default:
      return undefined;
  }
}

function shortened(text: string): string {
  if (text.length <= longestResult) return text;
  const left = text.length - longestResult;
  return `${text.slice(0, longestResult).toWellFormed()}… (${left} characters left out)`;
}
