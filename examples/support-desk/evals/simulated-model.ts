import {
  type Script,
  type ScriptRequest,
  type Simulator,
  startSimulator,
} from "llm-seam/simulator";
import { recordOf, replyTo } from "../desk-rules.ts";
import type { TicketRecord } from "../features.ts";
import { letterIn } from "../letter.ts";

/**
 * Stands in for a model that does what its prompt says, and no more: it sorts by keyword rules, into those categories that
 * it was told of. It says nothing about how good a real model is.
 */
export async function startSimulatedModel(): Promise<Simulator> {
  return startSimulator({ script });
}

const script: Script = {
  replies: [
    {
      match: { task: "sort-ticket" },
      reply: (request) => ({
        type: "json",
        value: asTold(instructionsIn(request), letterIn(request).text),
      }),
    },
    {
      match: { task: "write-reply" },
      reply: (request) => {
        const { name, text } = letterIn(request);
        return replyTo(name, text);
      },
    },
    {
      match: { task: "judge-reply" },
      reply: (request) => ({ type: "json", value: verdictOn(request) }),
    },
  ],
};

function asTold(instructions: string, text: string): TicketRecord {
  const record = recordOf(text);
  const knows = instructions.includes(`- ${record.category}:`);
  return {
    ...record,
    category: knows ? record.category : "question",
    escalate: record.escalate && instructions.includes("Escalate"),
  };
}

/** A reply is good when it says what happens next, and bad when it is about nothing. */
function verdictOn(request: ScriptRequest): { reasoning: string; verdict: number } {
  const says = /tomorrow|today|within|morgen|heute|demain|aujourd|mañana|hoy|domani|oggi/i.test(
    request.prompt,
  );
  return says
    ? { reasoning: "It says what happens next, and when.", verdict: 5 }
    : { reasoning: "It does not say what happens next.", verdict: 2 };
}

function instructionsIn({ messages }: ScriptRequest): string {
  return messages.find(({ role }) => role === "system")?.text ?? "";
}
