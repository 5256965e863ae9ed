import { type Seam, type Template, template } from "llm-seam";
import { z } from "zod";
import { sortingInstructions } from "./prompts.ts";
import type { Ticket } from "./read-tickets.ts";
import type { DeskTask } from "./seam.config.ts";

/** What the desk wants to know about every ticket. */
export const ticketRecord = z.object({
  category: z.enum(["delivery", "refund", "billing", "defect", "account", "question", "praise"]),
  priority: z.enum(["low", "normal", "high", "urgent"]),
  language: z.string().describe("ISO 639-1 code of the customer's language, e.g. de"),
  orderNumber: z.string().nullable().describe("Five digits, or null if none is named"),
  summary: z.string().describe("One English sentence for whoever takes over"),
  escalate: z.boolean().describe("True if a person must look at it today"),
  needsReply: z.boolean(),
});

/** A ticket, sorted. */
export type TicketRecord = z.infer<typeof ticketRecord>;

/** What a feature needs to run. */
export interface Desk {
  readonly seam: Seam<DeskTask>;
  readonly signal: AbortSignal;
  /** Labels of the run; they land in the event of every call. */
  readonly tags: Readonly<Record<string, string | number>>;
}

/** Sorts a ticket into a typed record. */
export async function sortTicket(desk: Desk, ticket: Ticket): Promise<TicketRecord> {
  const { value } = await desk.seam.extract("sort-ticket", {
    system: sortingInstructions,
    prompt: letterOf(ticket),
    schema: ticketRecord,
    schemaName: "ticket",
    ...aboutCall(desk, ticket),
  });
  return value;
}

/** Two sentences for the colleague who takes the ticket over. */
export async function writeHandover(desk: Desk, ticket: Ticket): Promise<string> {
  const { text } = await desk.seam.complete("handover-note", {
    system: "Write a handover note of two sentences: what happened, and what to do next.",
    prompt: letterOf(ticket),
    ...aboutCall(desk, ticket),
  });
  return text;
}

/** Writes a reply in the customer's language; `onText` sees it grow. */
export async function writeReply(
  desk: Desk,
  ticket: Ticket,
  onText: (textSoFar: string) => void,
): Promise<string> {
  let reply = "";
  for await (const text of desk.seam.stream("write-reply", {
    system: "Answer the customer, kindly and briefly, in the customer's own language.",
    prompt: letterOf(ticket),
    ...aboutCall(desk, ticket),
  })) {
    reply += text;
    onText(reply);
  }
  return reply;
}

function letterOf({ customer, channel, text }: Ticket): Template {
  return template`From ${{ customer }}, by ${{ channel }}:\n\n${{ text }}`;
}

function aboutCall({ signal, tags }: Desk, { id, customer }: Ticket) {
  return { signal, tags: { ...tags, user: customer, ticket: id } };
}
