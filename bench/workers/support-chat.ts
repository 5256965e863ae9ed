/** One turn of the chat: what the customer says, and what is answered. */
export interface ChatTurn {
  readonly said: string;
  readonly answer: string;
}

const phrases = [
  "the hedge shears that I ordered eleven days ago",
  "the second parcel with the garden hose",
  "an invoice that names the old address",
  "the voucher from the spring sale",
  "a battery that does not charge beyond half",
  "the delivery slot on Saturday morning",
  "a return label that the printer cut in two",
  "the refund for the broken watering can",
] as const;

const questions = [
  "Could you tell me what has become of",
  "I still have not heard anything about",
  "My neighbour says I should ask you about",
  "Before I forget it, there is also the matter of",
] as const;

const answers = [
  "Thank you for your patience. I have looked into",
  "I am sorry about the trouble. This is what I can see about",
  "That is easily answered: our records say about",
] as const;

const details = [
  "It left the warehouse on the 14th and is with the carrier, who had to sort it anew.",
  "The amount goes back to the card that was used, within three to five working days.",
  "A replacement has been reserved for you and waits for your word.",
  "Nothing more is needed from your side; you will get a message when it moves.",
  "The note on your account says that you would rather be called after five.",
  "If it has not come by Thursday, answer here and I will send a new one at once.",
] as const;

/**
 * A chat of a support desk, always the same: a customer's short messages, answers of one to eighteen sentences, and with
 * every fourth message the record of an order that the app has looked up.
 */
export function supportChat(turns: number): ChatTurn[] {
  const draw = drawer();
  const pick = (texts: readonly string[]): string => texts[Math.floor(draw() * texts.length)] ?? "";
  const sentences = (most: number): string =>
    Array.from({ length: 1 + Math.floor(draw() * most) }, () => pick(details)).join(" ");
  return Array.from({ length: turns }, (_, index) => {
    const subject = pick(phrases);
    const question = `${pick(questions)} ${subject}? ${draw() < 0.5 ? sentences(6) : ""}`.trim();
    const record = index % 4 === 3 ? `\n\nOrder record:\n${orderRecord(index, draw)}` : "";
    return {
      said: `(${index + 1}) ${question}${record}`,
      answer: `${pick(answers)} ${subject}. ${sentences(18)}`,
    };
  });
}

function orderRecord(index: number, draw: () => number): string {
  const lines = Array.from({ length: 2 + Math.floor(draw() * 14) }, (_, line) => ({
    article: `GT-${20_000 + index * 10 + line}`,
    quantity: 1 + Math.floor(draw() * 3),
    price: Math.round(draw() * 10_000) / 100,
    status: draw() < 0.7 ? "shipped" : "waiting for stock",
    warehouse: draw() < 0.5 ? "Bremen" : "Ulm",
  }));
  return JSON.stringify({ order: `A-${4_700 + index}`, paidBy: "card", lines });
}

/** Numbers from 0 to 1 from a fixed seed (Lehmer's generator). */
function drawer(): () => number {
  let state = 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
