import { defineEval, jsonl } from "llm-seam/evals";
import type { Ticket } from "../read-tickets.ts";
import { type Label, tickets } from "./tickets.eval.ts";

/** Six of the tickets: too few to see anything but a catastrophe, and the report says so. */
export const tiny = defineEval({
  ...tickets,
  name: "tiny",
  data: jsonl<Ticket, Label>("tiny.cases.jsonl"),
});
