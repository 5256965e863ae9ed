import type { ReplyRule } from "llm-seam/simulator";

const answers: readonly [RegExp, string][] = [
  [/hello|hi\b|good (morning|evening)/i, "Hello, and welcome! What can I do for you today?"],
  [/lamp|bulb/i, "The Nordlys lamp takes an E14 bulb of up to 40 watts; one is in the box."],
  [
    /kettle|boil/i,
    "The copper kettle holds 1.7 litres and is made for gas, induction and electric hobs.",
  ],
  [
    /order|parcel|deliver/i,
    "Your parcel left our warehouse yesterday and should be with you within three days.",
  ],
  [
    /clean|wash/i,
    "Warm water, a soft cloth and a little vinegar are all it needs; please no dishwasher.",
  ],
  [/refund|money back/i, "Tell me the order and the amount, and I will see what can be done."],
  [/thank/i, "You are very welcome. Is there anything else?"],
];

const restOfAnswer =
  "If anything is unclear, write again at any time: we keep this chat, so you need not explain everything anew.";

/** What the simulated model says in the chat, and what it writes when it sums the chat up. */
export const chatReplies: readonly ReplyRule[] = [
  {
    match: { task: "support-chat" },
    reply: ({ prompt }) => {
      const answer = answers.find(([words]) => words.test(prompt))?.[1];
      return `${answer ?? "I will ask a colleague about that, and come back to you."} ${restOfAnswer}`;
    },
  },
  {
    match: { task: "summarize" },
    reply:
      "The customer asked about a lamp, a kettle, cleaning and a parcel. The lamp takes an E14 bulb; the parcel arrives within three days. Nothing is open.",
  },
];
