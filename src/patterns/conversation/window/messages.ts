import { tokensOfMessages, tokensOfText } from "../../../call/estimate.ts";
import { toJson } from "../../../call/json.ts";
import type { ModelRequest } from "../../../call/request.ts";
import type { Message } from "../../prompt.ts";
import type { WindowPlan } from "./plan.ts";
import type { HistoryTurn, Summary } from "./turn.ts";

/** What every turn of a conversation is sent with, whatever becomes of its history. */
export interface FixedParts {
  readonly system: string | undefined;
  /** Pinned facts: data, as the summary is. */
  readonly facts: readonly string[];
  readonly message: readonly Message[];
  /** Marks a text as data; what the marks mean is for the system prompt to say. */
  readonly mark: (text: string, source: string) => string;
}

export interface WindowParts extends FixedParts {
  readonly plan: Pick<WindowPlan, "verbatim" | "dropped" | "withSummary">;
  readonly turns: readonly HistoryTurn[];
  readonly summary: Summary | undefined;
}

/**
 * The messages of a turn: the system prompt; what stands for the turns that are not sent, in the first user message;
 * the turns that are; the new message. What users or tools have said never becomes part of the system prompt.
 */
export function windowMessages(parts: WindowParts): Message[] {
  const { system, facts, plan, turns, summary, message, mark } = parts;
  const sent = new Set(plan.verbatim);
  const background = backgroundText({
    facts,
    summary: plan.withSummary ? summary?.text : undefined,
    leftOut: messagesOf(turns, new Set(plan.dropped)).length,
    mark,
  });
  return [
    ...(system === undefined ? [] : [{ role: "system", content: system } as const]),
    ...after(background, [...messagesOf(turns, sent), ...message]),
  ];
}

/** The tokens that a turn takes beside its history, as an estimate; frames of a summary and of a gap are counted in. */
export function fixedTokens(parts: FixedParts, tools: ModelRequest["tools"]): number {
  const { system, message, facts, mark } = parts;
  const most = { facts, summary: "", leftOut: Number.MAX_SAFE_INTEGER, mark };
  return (
    tokensOfMessages([
      ...(system === undefined ? [] : [{ content: system }]),
      { content: backgroundText(most) },
      ...message,
    ]) + (tools === undefined ? 0 : tokensOfText(toJson(tools)))
  );
}

interface Background extends Pick<FixedParts, "facts" | "mark"> {
  readonly summary: string | undefined;
  /** How many messages. */
  readonly leftOut: number;
}

function backgroundText({ facts, summary, leftOut, mark }: Background): string {
  const texts: string[] = [];
  if (facts.length > 0) {
    const list = facts.map((fact) => `- ${fact}`).join("\n");
    texts.push(`What holds for the whole conversation:\n${mark(list, "pinned facts")}`);
  }
  if (summary !== undefined)
    texts.push(`What was said before, in short:\n${mark(summary, "summary")}`);
  if (leftOut > 0) texts.push(`[${leftOut} earlier messages left out]`);
  return texts.join("\n\n");
}

/** Within the first user message rather than ahead of it: some models take no two messages of one role in a row. */
function after(background: string, messages: readonly Message[]): Message[] {
  if (background === "") return [...messages];
  const text = { type: "text", text: background } as const;
  const [first, ...rest] = messages;
  if (first?.role !== "user") return [{ role: "user", content: [text] }, ...messages];
  const said =
    typeof first.content === "string"
      ? [{ type: "text" as const, text: first.content }]
      : first.content;
  return [{ ...first, content: [text, ...said] }, ...rest];
}

function messagesOf(turns: readonly HistoryTurn[], indexes: ReadonlySet<number>): Message[] {
  return turns.flatMap(({ index, messages }) => (indexes.has(index) ? messages : []));
}
