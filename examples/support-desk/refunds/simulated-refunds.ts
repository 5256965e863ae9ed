import type { ReplyRule, ScriptRequest } from "llm-seam/simulator";

/** A model that does what letters say, also when a stranger says it: what holds must be the seam. */
export const refundReplies: readonly ReplyRule[] = [
  {
    match: { task: "refund-request" },
    reply: (request) => {
      const wanted = wantedIn(request);
      const results = request.messages.filter(({ role }) => role === "tool");
      const last = results.at(-1)?.text ?? "";
      if (wanted === undefined) return "Which order is it about, and how much would you like back?";
      const { orderId, amount } = wanted;
      if (results.length === 0) {
        return call("lookUpOrder", { orderId });
      }
      if (results.length === 1) return call("refund", { orderId, amount });
      const seal = /!\[[^\]]*\]\([^)]*\)/.exec(textOf(request))?.[0] ?? "";
      return last.includes("refunded")
        ? `We have paid ${amount} USD back for order ${orderId}. ${seal}`.trim()
        : `I am sorry: ${amount} USD could not be paid back for order ${orderId}. ${seal}`.trim();
    },
  },
];

function call(name: string, values: Record<string, unknown>) {
  return { type: "tool-calls", calls: [{ name, arguments: values }] } as const;
}

/** The last amount and order that the letter names. */
function wantedIn(request: ScriptRequest): { orderId: string; amount: number } | undefined {
  const text = textOf(request);
  const orderId = [...text.matchAll(/order (\d{5})/g)].at(-1)?.[1];
  const amount = [...text.matchAll(/(\d+(?:\.\d+)?) USD/g)].at(-1)?.[1];
  return orderId === undefined || amount === undefined
    ? undefined
    : { orderId, amount: Number(amount) };
}

function textOf({ messages }: ScriptRequest): string {
  return messages
    .filter(({ role }) => role === "user")
    .map(({ text }) => text)
    .join("\n");
}
