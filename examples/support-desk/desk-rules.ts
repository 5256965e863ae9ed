import { type Language, type Phrases, phrases } from "./desk-phrases.ts";
import type { TicketRecord } from "./features.ts";

/** The first that matches wins. */
const categories: readonly [TicketRecord["category"], RegExp][] = [
  ["praise", /say thank you|all good now|ville bara säga tack|merci beaucoup pour/i],
  [
    "account",
    /log ?in\b|logged in|password|passwort|unsubscribe|app crashes|inloggen|mot de passe|palavra-passe|zalogować/i,
  ],
  [
    "billing",
    /charged|invoice|promo code|gift card|rechnung|facture|fatura|cobrado|pagato due|списали|請求/i,
  ],
  [
    "defect",
    /broken|smoke|handle of the kettle|dead mouse|doesnt close|one side|the pond|kaputt?\b|kapot\b|cassée|parpadea|scalda più|partida|falta la mitad|zły kolor|wrong one|не работает|故障/i,
  ],
  [
    "refund",
    /refund|money back|cancel|stornieren|rembours|reembolso|devol|rimborso|terugbetaling|zwrotu|lämna tillbaka/i,
  ],
  [
    "delivery",
    /parcel|tracking|courier|change the address|geliefert|paket|colis|paquete|dirección|pacco|pakket|encomenda|przesyłk|paczka|leveransadress|荷物/i,
  ],
];

const danger = /smoke|flame|burned|dangerous|lock my account|dead mouse/i;
const anger =
  /lawyer|anwalt|third time|trois fois|vergüenza|vergonha|manager|responsable|worst shop/i;

const languageHints: readonly [Language, RegExp][] = [
  ["ja", /[\u3040-\u30ff]/g],
  ["ru", /[\u0400-\u04ff]/g],
  ["pl", /[ąęłśżź]|\b(?:nie|się|na|zamówienia)\b/gi],
  ["de", /\b(?:ich|nicht|bitte|und|die|mein|wo|auch|sie|das)\b|ß/gi],
  ["fr", /\b(?:je|la|les|commande|mon|vous|bonjour|merci|pour)\b/gi],
  ["es", /[¿¡ñ]|\b(?:el|pedido|hola|dos|quiero|lámpara|está)\b/gi],
  ["pt", /[ãõ]|\b(?:olá|encomenda|não|uma|minha|ontem|boa|tarde|as)\b/gi],
  ["it", /\b(?:ho|il|dell'ordine|ordine|spedite|quanto|vorrei|non|più|anche)\b/gi],
  ["nl", /\b(?:ik|het|niet|bestelling|een|graag|mijn|zijn|jullie)\b/gi],
  ["sv", /\b(?:jag|och|har|inte|mitt|hej|att|på|tack|kan|byta)\b/gi],
];

/** A plausible record of a ticket, by keyword rules. This is all that the simulated model knows. */
export function recordOf(text: string): TicketRecord {
  const category = categories.find(([, words]) => words.test(text))?.[0] ?? "question";
  const orderNumber = /\b\d{5}\b/.exec(text)?.[0] ?? /\d{5}/.exec(text)?.[0] ?? null;
  const language = languageOf(text);
  const priority = priorityOf(text, category);
  const order = orderNumber === null ? "" : ` about order ${orderNumber}`;
  const mood = anger.test(text) ? "; the customer is angry" : "";
  return {
    category,
    priority,
    language,
    orderNumber,
    summary: `A ${priority} ${category} ticket${order}, in ${phrases[language].english}${mood}.`,
    escalate: priority === "high" || priority === "urgent",
    needsReply: category !== "praise",
  };
}

/** A handover note in two sentences. */
export function noteOf(name: string, text: string): string {
  const { category, orderNumber, priority } = recordOf(text);
  const order = orderNumber === null ? "no order number given" : `order ${orderNumber}`;
  const pace = priority === "urgent" ? "Call back within the hour" : "Answer today";
  return (
    `${name} writes in ${phrases[languageOf(text)].english} about a ${category} case (${order}). ` +
    `${pace}: ${nextSteps[category]}.`
  );
}

/** A reply in the customer's language. */
export function replyTo(name: string, text: string): string {
  const { category, orderNumber } = recordOf(text);
  const { hello, thanks, steps, bye }: Phrases = phrases[languageOf(text)];
  return `${hello(name)}\n\n${thanks(orderNumber)} ${steps[kindOf[category]]}\n\n${bye}`;
}

const nextSteps: Record<TicketRecord["category"], string> = {
  delivery: "ask the carrier for the proof of delivery and offer a second parcel",
  refund: "find the return and release the refund",
  billing: "compare the charges with the order and refund the difference",
  defect: "arrange a replacement and collect the faulty item",
  account: "check the latest sign-ins and lock the account if they look foreign",
  question: "answer from the product page",
  praise: "pass it on to the team",
};

const kindOf: Record<TicketRecord["category"], keyof Phrases["steps"]> = {
  delivery: "delivery",
  refund: "money",
  billing: "money",
  defect: "defect",
  account: "other",
  question: "other",
  praise: "other",
};

function priorityOf(text: string, category: TicketRecord["category"]): TicketRecord["priority"] {
  if (danger.test(text)) return "urgent";
  if (anger.test(text)) return "high";
  return category === "praise" || category === "question" ? "low" : "normal";
}

function languageOf(text: string): Language {
  let best: { language: Language; hints: number } = { language: "en", hints: 1 };
  for (const [language, hint] of languageHints) {
    const hints = text.match(hint)?.length ?? 0;
    if (hints > best.hints) best = { language, hints };
  }
  return best.language;
}
