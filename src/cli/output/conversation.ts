import type { PastTurn } from "../../patterns/conversation/options.ts";
import type { StoredConversation } from "../../state/conversations.ts";
import { blockLines } from "./call.ts";
import { multiLine, oneLine } from "./clean.ts";
import { count, counted, moment, usd } from "./format.ts";
import { messageBlocks } from "./messages.ts";
import type { Column } from "./table.ts";
import { paint } from "./terminal.ts";

export const conversationColumns: readonly Column<StoredConversation>[] = [
  { title: "ID", text: ({ id }) => oneLine(id) },
  { title: "TASK", text: ({ task }) => oneLine(task ?? "–"), dropOrder: 2 },
  { title: "TURNS", align: "right", text: ({ turns }) => count(turns) },
  { title: "IN SUMMARY", align: "right", text: ({ summary }) => count(summary?.upTo ?? 0) },
  { title: "LAST", text: ({ updatedAt }) => moment(updatedAt) },
  { title: "BEGUN", text: ({ createdAt }) => moment(createdAt), dropOrder: 1 },
];

/** Everything about one conversation, for reading. */
export function renderConversation(
  { id, task, createdAt, pins, summary }: StoredConversation,
  history: readonly PastTurn[],
): string {
  const facts: [name: string, text: string][] = [
    ["task", oneLine(task ?? "–")],
    ["begun", moment(createdAt)],
    ["turns", count(history.length)],
    ...pins.map((pin): [string, string] => ["pinned", oneLine(pin)]),
  ];
  return [
    paint("bold", `Conversation ${oneLine(id)}`),
    ...facts.map(([name, text]) => `  ${paint("dim", name.padEnd(8))} ${text}`),
    ...(summary === null
      ? []
      : [
          "",
          paint(
            "bold",
            `Summary of turns 0 to ${summary.upTo - 1} (about ${counted(summary.tokens, "token")})`,
          ),
          ...multiLine(summary.text)
            .split("\n")
            .map((line) => `  ${line}`),
        ]),
    ...history.flatMap((turn) => turnLines(turn)),
  ].join("\n");
}

function turnLines({ turn, time, messages, ...about }: PastTurn): string[] {
  return [
    "",
    paint("bold", `Turn ${turn}  ${moment(time.getTime())}${about.pinned ? "  pinned" : ""}`),
    `  ${paint("dim", aboutText(about))}`,
    ...messages.flatMap((message) => messageBlocks(message).flatMap(blockLines)),
  ];
}

function aboutText({
  callId,
  window,
  usage,
  cost,
}: Omit<PastTurn, "turn" | "time" | "messages">): string {
  if (callId === null || window === null) return "imported";
  const { verbatim, summarized, dropped } = window;
  return [
    oneLine(callId),
    `${count(usage?.inputTokens ?? null)} in, ${count(usage?.outputTokens ?? null)} out`,
    cost === null ? "cost unknown" : usd(cost),
    `sent with ${counted(verbatim.length, "turn")}`,
    ...(summarized > 0 ? [`a summary of ${counted(summarized, "turn")}`] : []),
    ...(dropped.length > 0 ? [`${counted(dropped.length, "turn")} left out`] : []),
  ].join(" · ");
}
