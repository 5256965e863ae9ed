import { styleText } from "node:util";
import { type ChatFacts, holdChat } from "./chat/scripted-chat.ts";
import type { Desk } from "./features.ts";
import { handleRefunds, type RefundOutcome } from "./refunds/handle-requests.ts";
import { chatWindow } from "./seam.config.ts";

/** What became of the refund requests, and of a chat that runs past its window. */
export interface ServiceFacts {
  readonly refunds: readonly RefundOutcome[];
  readonly chat: ChatFacts;
}

export async function serveCustomers(desk: Desk): Promise<ServiceFacts> {
  const [refunds, chat] = await Promise.all([handleRefunds(desk), holdChat(desk)]);
  return { refunds, chat };
}

/** Who asked for what, what became of it, and what the chat has sent; `eventFile` is where to look for more. */
export function renderService({ refunds, chat }: ServiceFacts, eventFile: string): string[] {
  const count = (value: number): string => value.toLocaleString("en");
  const injected = refunds.at(-1)?.runId;
  return [
    styleText("bold", "  Refund agent: own orders only, up to 50 USD, approval above 20 USD"),
    ...refunds.map(
      ({ customer, shows, ...outcome }) =>
        `    ${customer.padEnd(14)}${shows.padEnd(22)}${refundText(outcome)}`,
    ),
    "",
    styleText("bold", `  Chat: ${chat.turns} turns in a window of ${count(chatWindow)} tokens`),
    `    ${chat.summarized} turns are in the summary, written ${chat.summaries} times; the longest prompt had ${count(chat.longestInput)} tokens`,
    `    ${count(chat.inputTokens)} tokens sent, summaries included; about ${count(chat.wholeHistory)} with all of the history each time`,
    "",
    ...(injected == null ? [] : [`    npx seam agent trace ${injected} --store ${eventFile}`]),
  ];
}

function refundText({
  tools,
  approvedBy,
  removed,
  answer,
}: Omit<RefundOutcome, "customer" | "shows">): string {
  const refund = tools.findLast(({ name }) => name === "refund");
  if (refund === undefined) return answer;
  const { amount } = refund.input as { readonly amount: number };
  const colour = refund.outcome === "done" ? "green" : "yellow";
  return [
    styleText(colour, `${amount} USD ${refund.outcome}`) +
      (refund.reason === null ? "" : `: ${refund.reason}`),
    ...(approvedBy === null ? [] : [`${approvedBy} agreed`]),
    ...(removed.length === 0
      ? []
      : [
          `${removed.map(({ kind, host }) => `${kind} to ${host}`).join(", ")} taken out of the answer`,
        ]),
  ].join(", ");
}
