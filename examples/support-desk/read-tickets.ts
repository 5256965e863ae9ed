import { readFileSync } from "node:fs";
import { z } from "zod";

const ticketSchema = z.object({
  id: z.string(),
  customer: z.string(),
  channel: z.enum(["email", "chat", "form"]),
  text: z.string().trim().min(1, "is empty"),
});

/** What a customer wrote, as the help desk exports it. */
export type Ticket = z.infer<typeof ticketSchema>;

/** A line that holds no ticket, and why. Lines count from 1. */
export interface SkippedLine {
  readonly line: number;
  readonly reason: string;
}

/** Reads tickets from JSONL. A line that cannot be used is reported, and stops nobody. */
export function readTickets(path: string | URL): { tickets: Ticket[]; skipped: SkippedLine[] } {
  const tickets = new Map<string, Ticket>();
  const skipped: SkippedLine[] = [];
  const lines = readFileSync(path, "utf8").trimEnd().split("\n");
  for (const [index, text] of lines.entries()) {
    const ticket = readLine(text);
    if (typeof ticket === "string") skipped.push({ line: index + 1, reason: ticket });
    else if (tickets.has(ticket.id)) {
      skipped.push({ line: index + 1, reason: `the id ${ticket.id} was there before` });
    } else tickets.set(ticket.id, ticket);
  }
  return { tickets: [...tickets.values()], skipped };
}

/** The ticket of a line, or what is wrong with it. */
function readLine(text: string): Ticket | string {
  if (text.trim() === "") return "empty line";
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return "not JSON";
  }
  const result = ticketSchema.safeParse(value);
  if (result.success) return result.data;
  return result.error.issues
    .map(({ path, message }) => `${path.join(".")}: ${message.replace("Invalid input: ", "")}`)
    .join("; ");
}
