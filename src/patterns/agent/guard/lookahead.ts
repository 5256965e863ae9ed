import { entityAt, longestEntity } from "./entities.ts";

/** What nobody sees: joiners, direction marks, variation selectors, soft hyphens, NUL. Addresses are read without them. */
const invisible = /\0|\p{Default_Ignorable_Code_Point}/u;
const everyInvisible = new RegExp(invisible, "gu");
/** Invisible characters in a row that are read over. */
const longestHidden = 64;
const asciiPunctuation = /[!-/:-@[-`{-~]/;

/** Says that text is wanted that has not arrived; one object, as it is thrown for almost every piece of a stream. */
export const notYet: Error = new Error("The text goes on.");

export function withoutInvisible(text: string): string {
  return /[^ -~\t\r\n]/.test(text) ? text.replace(everyInvisible, "") : text;
}

/** Text of which more may come. Whoever reads over its present end is stopped by {@link notYet}, and tries again later. */
export class Lookahead {
  #text = "";
  #ended = false;
  /** Where the character ends that `read` has given. */
  end = 0;

  get length(): number {
    return this.#text.length;
  }

  add(text: string): void {
    this.#text += text;
  }

  /** No more comes: from now on, what is read over the end is "". */
  close(): void {
    this.#ended = true;
  }

  /** Forgets what stands before a position, which becomes 0. */
  forget(before: number): void {
    this.#text = this.#text.slice(before);
  }

  at(index: number): string {
    if (index < this.#text.length) return this.#text.charAt(index);
    if (!this.#ended) throw notYet;
    return "";
  }

  slice(start: number, end: number): string {
    return this.#text.slice(start, end);
  }

  /** How long the invisible character at a position is, and 0 for others. */
  hiddenAt(at: number): number {
    const char = this.at(at);
    if (char === "&") {
      const entity = this.#entity(at);
      return entity !== null && invisible.test(entity.char) ? entity.length : 0;
    }
    if (char < "\x7f" && char !== "\0") return 0;
    if (char === "\udb40" && this.at(at + 1) !== "") return 2;
    return invisible.test(char) ? 1 : 0;
  }

  /** The character at a position as a renderer reads it, without invisible ones before it; `end` is where it ends. */
  read(index: number): string {
    let at = index;
    for (let hidden = this.hiddenAt(at); hidden > 0 && at - index < longestHidden; ) {
      at += hidden;
      hidden = this.hiddenAt(at);
    }
    const char = this.at(at);
    this.end = Math.min(at + 1, this.#text.length);
    if (char === "&") return this.#entity(at)?.char ?? "&";
    if (char !== "\\" || !asciiPunctuation.test(this.at(at + 1))) return char;
    this.end = at + 2;
    return this.at(at + 1);
  }

  #entity(at: number): ReturnType<typeof entityAt> {
    let end = at + 1;
    while (end - at < longestEntity && /[#\w]/.test(this.at(end))) end += 1;
    const entity = entityAt(this.slice(at, Math.min(end + 1, at + longestEntity)));
    if (entity !== null) this.end = at + entity.length;
    return entity;
  }
}
