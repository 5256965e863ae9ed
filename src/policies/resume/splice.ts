import type { Continuation } from "../../call/continuation.ts";

/**
 * Letters and digits that make a repetition where no anchor was repeated. Fewer may be the same by chance: white space,
 * the lines of a table, a short word. Eight are a word or two, and hardly a text says the same twice in a row.
 */
const leastRepeated = 8;
/**
 * Those of whole words that are said again without white space between, e.g. "the parcel is" after "where the parcel":
 * what truly goes on does not begin so, but for a word such as "couscous" that broke in its middle.
 */
const leastInWords = 3;
/** A letter of a script that puts spaces between its words. */
const spacedLetter = /[\p{LC}\p{Script=Arabic}\p{Script=Hebrew}]/u;

/**
 * Joins a continuation to the text it goes on from, piece by piece: takes out what is said again and lets the rest pass.
 * No more is held back than is needed to tell the one from the other.
 *
 * What is said again is, in this order: the anchor, which the model was asked to repeat; the longest end of the text
 * that the continuation begins with, up to the whole text; and the end of the text that the model was not sent. A
 * prefilled answer repeats only the last.
 */
export class Splicer {
  /** What the model knows to have been said. White space before it does not count, nor before what is said again. */
  readonly #text: string;
  /** Where the shortest ends of the text begin that count as a repetition: of any kind, and of whole words. */
  readonly #latest: number;
  readonly #latestWord: number;
  readonly #anchorAt: number;
  /** What the model does not know to have been said: it may say it again. */
  #unsent: string;
  #phase: "match" | "unsent" | "through";
  #space = "";
  #said = "";
  /** Where the end of the text begins that is compared with what is said; -1: the anchor, which is tried first. */
  #candidate = -1;
  /** How much of what is said agrees with it. */
  #agreed = 0;
  #overlap = 0;

  constructor({ how, text, sent, anchor }: Omit<Continuation, "target">) {
    this.#text = sent.trimStart();
    this.#latest = startOfLast(leastRepeated, this.#text);
    const endsInWord = text === sent && spacedLetter.test(sent.slice(-1));
    this.#latestWord = endsInWord ? startOfLast(leastInWords, this.#text) : this.#latest;
    this.#anchorAt = this.#text.length - anchor.length;
    this.#unsent = text.slice(sent.length);
    this.#phase = how === "request" && anchor !== "" ? "match" : "unsent";
  }

  /** Characters that were taken out so far. */
  get overlap(): number {
    return this.#overlap;
  }

  /** What is new in the next piece, and in those held back before it. */
  push(piece: string): string {
    if (this.#phase === "through") return piece;
    if (this.#phase === "unsent") return this.#withoutUnsent(piece);
    const said = this.#said === "" ? piece.trimStart() : piece;
    this.#space += piece.slice(0, piece.length - said.length);
    this.#said += said;
    return said === "" ? "" : this.#match(said);
  }

  /** What was held back and is new after all, now that nothing more comes. */
  end(): string {
    if (this.#phase !== "match") return "";
    const said = this.#said;
    const beganAgain = this.#candidate <= 0 && startOfLast(leastRepeated, said) > 0;
    if (beganAgain) return this.#decide(said.length);
    for (let at = Math.max(0, this.#text.length - said.length); at <= this.#latestWord; at++) {
      if (this.#mayBegin(at) && said.startsWith(this.#text.slice(at))) return this.#found(at);
    }
    return this.#decide(0);
  }

  /** Looks for the first end of the text that begins what was said; `added` is what was not looked at yet. */
  #match(added: string): string {
    for (let rest = added; this.#candidate <= this.#latestWord; rest = this.#said) {
      const at = this.#candidate === -1 ? this.#anchorAt : this.#candidate;
      const length = this.#text.length - at;
      if (
        (this.#candidate === -1 || this.#mayBegin(at)) &&
        this.#text.startsWith(rest.slice(0, length - this.#agreed), at + this.#agreed)
      ) {
        this.#agreed = Math.min(this.#said.length, length);
        return this.#agreed === length ? this.#found(at) : "";
      }
      this.#candidate++;
      this.#agreed = 0;
    }
    return this.#decide(0);
  }

  /** Whether the end of the text from there on is long enough to be looked for. */
  #mayBegin(at: number): boolean {
    return at <= this.#latest || (this.#space === "" && beginsWord(this.#text, at));
  }

  /** The end of the text was said again; what goes round in a circle ("ha ha ha ha") may as well have gone on. */
  #found(at: number): string {
    const end = this.#text.slice(at);
    const wasAskedFor = this.#candidate === -1 || at === 0;
    return this.#decide(wasAskedFor || !isCircular(end) ? end.length : 0);
  }

  #decide(repeated: number): string {
    const before = repeated === 0 ? "" : this.#space;
    this.#overlap += before.length + repeated;
    this.#phase = "unsent";
    return this.#withoutUnsent(
      repeated === 0 ? this.#space + this.#said : this.#said.slice(repeated),
    );
  }

  #withoutUnsent(piece: string): string {
    let same = 0;
    while (
      same < piece.length &&
      same < this.#unsent.length &&
      piece[same] === this.#unsent[same]
    ) {
      same++;
    }
    this.#overlap += same;
    this.#unsent = this.#unsent.slice(same);
    if (this.#unsent === "" || same < piece.length) this.#phase = "through";
    return piece.slice(same);
  }
}

/** The whole text: what was there, and what a continuation adds to it. */
export function spliced(continuation: Omit<Continuation, "target">, said: string): string {
  const splicer = new Splicer(continuation);
  return continuation.text + splicer.push(said) + splicer.end();
}

/** Where the last letters and digits of a text begin, so many of them; 0 when it has no more than that. */
function startOfLast(count: number, text: string): number {
  let left = count;
  for (let at = text.length - 1; at > 0; at--) {
    if (/[\p{L}\p{N}]/u.test(text.charAt(at)) && --left === 0) return at;
  }
  return 0;
}

function beginsWord(text: string, at: number): boolean {
  return /[\p{L}\p{N}]/u.test(text.charAt(at)) && !/[\p{L}\p{N}\p{M}]/u.test(text.charAt(at - 1));
}

/** Whether a text is the same at least twice in a row, and nothing else: "abab", "aaa", "ha ha ha". */
function isCircular(text: string): boolean {
  for (let period = 1; period <= text.length / 2; period++) {
    if (text.startsWith(text.slice(period))) return true;
  }
  return false;
}
