import { defineEval, exact, jsonl } from "llm-seam/evals";
import { sortTicket, type TicketRecord } from "../features.ts";
import type { Ticket } from "../read-tickets.ts";
import { deskFor } from "./desk.ts";

/** What a person says about a ticket. */
export type Label = Pick<TicketRecord, "category" | "escalate">;

/** Eighty tickets, labelled by hand: is each sorted into its category, and are the urgent ones seen? */
export const tickets = defineEval({
  name: "tickets",
  data: jsonl<Ticket, Label>("tickets.cases.jsonl"),
  run: (ticket, { signal }) => sortTicket(deskFor(ticket, signal), ticket),
  scorers: [
    exact({
      name: "category",
      of: ({ category }: TicketRecord) => category,
      expected: ({ category }: Label) => category,
    }),
    exact({
      name: "escalate",
      of: ({ escalate }: TicketRecord) => escalate,
      expected: ({ escalate }: Label) => escalate,
    }),
  ],
  slices: ["channel", "language"],
  gate: {
    baseline: true,
    metrics: { category: { atLeast: 0.8, effect: 0.15 }, escalate: { atLeast: 0.8, effect: 0.15 } },
  },
});
