import { redactCards } from "./card.ts";
import { redactEmails } from "./email.ts";
import { redactIbans } from "./iban.ts";
import { redactPhones } from "./phone.ts";
import { redactSecrets } from "./secret.ts";

/**
 * Takes what nobody shall read out of a text, and gives the rest back. It sees one text at a time: a message, an
 * answer, an error, or a text within JSON; then `field` is the name that it stands under there. A number within JSON is
 * given as its digits. Must be quick, and must not return a promise.
 *
 * @example const names: Redactor = (text) => text.replaceAll("Ada Lovelace", "[name]");
 */
export type Redactor = (text: string, field?: string) => string;

/**
 * The ready redactors, in the order in which they are best applied. They know shapes, not meanings: no names, no
 * addresses. Each takes time in proportion to the text, whatever it holds.
 *
 * @example redact: [...Object.values(redactors), (text) => text.replaceAll(customer.name, "[name]")]
 */
export const redactors: {
  /** Keys, tokens and passwords: `[secret]`. */
  readonly secret: Redactor;
  /** E-mail addresses, in any script: `[email]`. */
  readonly email: Redactor;
  /** International bank account numbers whose check digits are right: `[iban]`. */
  readonly iban: Redactor;
  /** Numbers of payment cards of the known networks whose check digit (Luhn) is right: `[card]`. */
  readonly card: Redactor;
  /** Telephone numbers, written internationally, in a national way, or after a word such as "phone": `[phone]`. */
  readonly phone: Redactor;
} = {
  secret: redactSecrets,
  email: redactEmails,
  iban: redactIbans,
  card: redactCards,
  phone: redactPhones,
};
