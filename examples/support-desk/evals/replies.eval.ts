import { defineEval, jsonl, judge } from "llm-seam/evals";
import { writeReply } from "../features.ts";
import type { Ticket } from "../read-tickets.ts";
import { deskFor, seam } from "./desk.ts";

/** Replies have no one right answer: another model judges them, twice written and twice judged. */
export const replies = defineEval({
  name: "replies",
  data: jsonl<Ticket, unknown>("tiny.cases.jsonl"),
  run: (ticket, { signal }) => writeReply(deskFor(ticket, signal), ticket, () => {}),
  scorers: [
    judge({
      name: "helpful",
      seam,
      task: "judge-reply",
      rubric:
        "Does the reply say what happens next, in the language of the ticket, without promising what was not asked for?",
      scale: { from: 1, to: 5 },
      passAt: 0.75,
    }),
  ],
  trials: 2,
});
