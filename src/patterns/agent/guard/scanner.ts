import type { RemovedLink } from "../options.ts";
import { hostsOfReference, unreadable } from "./address.ts";
import { decodeEntities } from "./entities.ts";
import {
  endOfLink,
  endOfRun,
  longestLink,
  readDestination,
  readRun,
  startOfDestination,
  startsAddress,
} from "./extent.ts";
import { Lookahead, notYet, withoutInvisible } from "./lookahead.ts";
import {
  type Address,
  addressAtColon,
  addressAtSlashes,
  addressOfWord,
  isWordChar,
  longestWord,
  readWord,
} from "./plain.ts";
import { couldLoad, kindOfTag, readTag, referencesOfTag, type Tag } from "./tag.ts";

/** Anything that a renderer may turn into a link, an image or a request. */
export interface Link {
  readonly kind: "link" | "image" | "other";
  readonly hosts: readonly string[];
  /** The link word for word. */
  whole(): string;
}

/** The host because of which a link is taken out, or `null` when it stays; the same for the same link. */
export type Judge = (link: Link) => string | null;

/** Brackets that are open at once; of deeper ones it is not known whether they are images. */
const deepest = 256;
/** Links are shorter. */
const longHold = 256;
/** Tags in attributes of tags; deeper ones have no use but to hide something. */
const deepestTag = 3;

/**
 * Reads text as far as it has arrived, shows every link to a judge, and gives back the text without those that are
 * taken out. Nothing leaves before it is judged; what has to be looked at for that is bounded.
 *
 * Renderers differ, so a link is whatever one of them could make of the text: the target of a link is looked at behind
 * its bracket, an attribute inside its tag, and both once more as plain text.
 */
export class LinkScanner {
  /** What was taken out. */
  readonly removed: RemovedLink[] = [];
  readonly #text = new Lookahead();
  readonly #judge: Judge;
  #out = "";
  #at = 0;
  #held = 0;
  /** How much has come since what is held was looked at. */
  #arrived = 0;
  /** The last character that left. */
  #before = "";
  #midWord = false;
  #dropping = false;
  /** For each open bracket whether it is an image's. */
  readonly #brackets: boolean[] = [];
  #deeper = 0;
  /** A bracket was closed just now. */
  #closed: "link" | "image" | null = null;
  /** In how many tags the text stands. */
  #depth = 0;
  /** Up to where no tag can end, and whether the beginnings of tags up to there are broken. */
  #tagless = { to: 0, broken: false };

  constructor(judge: Judge) {
    this.#judge = judge;
  }

  push(delta: string): string {
    this.#text.add(delta);
    this.#arrived += delta.length;
    // What is long already is not looked at again for every single letter.
    if (this.#held > longHold && this.#arrived < this.#held / 8) return "";
    return this.#run();
  }

  end(): string {
    this.#text.close();
    return this.#run();
  }

  #run(): string {
    try {
      while (this.#step());
    } catch (error) {
      if (error !== notYet) throw error;
    }
    this.#text.forget(this.#at);
    this.#held = this.#text.length;
    this.#arrived = 0;
    this.#tagless.to -= this.#at;
    this.#at = 0;
    const out = this.#out;
    this.#out = "";
    return out;
  }

  /** Every step reads first and changes this object afterwards, so that one that lacks text can be taken again. */
  #step(): boolean {
    const char = this.#text.at(this.#at);
    if (char === "") return false;
    if (this.#dropping) return this.#drop(char);
    if (this.#closed !== null && (char === "(" || char === ":")) {
      return this.#destination(this.#closed, char === "(");
    }
    if (char === "<") return this.#tag();
    if (char === "[" || char === "]") return this.#bracket(char);
    return this.#plain();
  }

  #drop(char: string): boolean {
    if (/[\s<>"`]/.test(char)) this.#dropping = false;
    else this.#at += 1;
    return true;
  }

  #bracket(char: "[" | "]"): boolean {
    const image = this.#before === "!";
    this.#emit(this.#at + 1);
    if (char === "[") {
      if (this.#brackets.length < deepest) this.#brackets.push(image);
      else this.#deeper += 1;
    } else if (this.#deeper > 0) {
      this.#deeper -= 1;
      this.#closed = "image";
    } else {
      this.#closed = this.#brackets.pop() === true ? "image" : "link";
    }
    return true;
  }

  #destination(kind: "link" | "image", inParentheses: boolean): boolean {
    const start = startOfDestination(this.#text, this.#at);
    if (!startsAddress(this.#text, start)) return this.#emit(this.#at + 1);
    const { value, end, whole } = readDestination(this.#text, start, inParentheses);
    const unescaped = value.replace(/\\([!-/:-@[-`{-~])/g, "$1");
    const readings = [value, unescaped, unescaped.replace(/<.*/s, "")];
    const hosts = readings.flatMap((reading) =>
      hostsOfReference(withoutInvisible(decodeEntities(reading)), inParentheses),
    );
    const host = this.#judge({ kind, hosts, whole: () => value });
    if (host === null) return this.#emit(this.#at + 1);
    const last = inParentheses && whole ? endOfLink(this.#text, end) : end;
    // Tags that begin inside are judged by themselves.
    const tag = this.#text.slice(start, last).indexOf("<");
    if (!inParentheses) this.#out += ":";
    return this.#remove(kind, host, tag < 0 ? last : start + tag, { space: true, goesOn: !whole });
  }

  #tag(): boolean {
    if (!/^[a-z]$/i.test(this.#text.at(this.#at + 1))) return this.#emit(this.#at + 1);
    if (this.#at < this.#tagless.to) return this.#beginOfTag();
    const tag = readTag(this.#text, this.#at, longestLink);
    const found = this.#judgeAttributes(tag) ?? (tag.whole ? this.#judgeInside(tag) : null);
    if (tag.whole || (found !== null && this.#depth > 0)) {
      if (found === null) return this.#emit(tag.end);
      // A tag ends the address before it, and so must what takes its place.
      const space = /\S/.test(this.#before);
      return this.#remove(found.kind, found.host, tag.end, { space });
    }
    const tooLong = tag.end - this.#at >= longestLink;
    const couldEnd = found !== null || couldLoad(this.#text.slice(this.#at, tag.end));
    this.#tagless = { to: tag.end, broken: tooLong || couldEnd };
    return this.#beginOfTag();
  }

  #judgeAttributes(tag: Tag): RemovedLink | null {
    const kind = kindOfTag(tag);
    for (const { hosts, value } of referencesOfTag(tag)) {
      const host = this.#judge({ kind, hosts, whole: () => value });
      if (host !== null) return { kind, host };
    }
    return null;
  }

  /**
   * What a tag holds for those who see none, e.g. text of Markdown. It stays or goes with the tag: if only a part went,
   * another tag would be left.
   */
  #judgeInside(tag: Tag): RemovedLink | null {
    const inside = this.#text.slice(this.#at + 1, tag.end - 1);
    if (/^[a-z][a-z0-9+.-]+:\S*$/i.test(inside)) {
      const hosts = hostsOfReference(withoutInvisible(decodeEntities(inside)), false);
      const host = this.#judge({ kind: "link", hosts, whole: () => inside });
      if (host !== null) return { kind: "link", host };
    }
    const kind = kindOfTag(tag);
    if (this.#depth >= deepestTag) return { kind, host: unreadable };
    const scanner = new LinkScanner(this.#judge);
    scanner.#depth = this.#depth + 1;
    scanner.push(inside);
    scanner.end();
    const [lost] = scanner.removed;
    return lost === undefined ? null : { kind, host: lost.host };
  }

  /** `<` of a tag that is not known to end: with a space behind it, it is none. */
  #beginOfTag(): boolean {
    this.#emit(this.#at + 1);
    if (this.#tagless.broken) this.#out += " ";
    return true;
  }

  #plain(): boolean {
    const hidden = this.#text.hiddenAt(this.#at);
    if (hidden > 0) return this.#emit(this.#at + hidden);
    const char = this.#text.read(this.#at);
    // An escaped bracket is none to Markdown, and may be one to others.
    const end = this.#text.at(this.#at) === "\\" ? this.#at + 1 : this.#text.end;
    if (!isWordChar(char)) {
      const address = this.#addressAt(char);
      if (address !== null) return this.#settle(address, end);
      this.#midWord = false;
      return this.#emit(end);
    }
    if (this.#midWord) return this.#emit(end);
    const word = readWord(this.#text, this.#at);
    if (word.chars.length >= longestWord) {
      this.#midWord = true;
      return this.#emit(word.end);
    }
    const address = addressOfWord(this.#text, word, this.#before);
    return address === null ? this.#emit(word.end) : this.#settle(address, word.end);
  }

  #addressAt(char: string): Address | null {
    if (char === ":") return addressAtColon(this.#text, this.#at);
    if (char !== "/" && char !== "\\") return null;
    return /[\w:/\\.-]/.test(this.#before) ? null : addressAtSlashes(this.#text, this.#at);
  }

  #settle(address: Address, least: number): boolean {
    const { hosts, start, from, body } = address;
    const host = this.#judge({ kind: "link", hosts, whole: () => readRun(this.#text, start) });
    if (host === null) return this.#emit(Math.max(address.bodyEnd, least));
    const { end, whole } = endOfRun(this.#text, body);
    this.#emit(from);
    return this.#remove("link", host, Math.max(end, body), { goesOn: !whole });
  }

  #emit(end: number): true {
    if (end > this.#at) {
      this.#out += this.#text.slice(this.#at, end);
      this.#before = this.#text.at(end - 1);
      this.#at = end;
      this.#closed = null;
    }
    return true;
  }

  #remove(
    kind: Link["kind"],
    host: string,
    end: number,
    { space = false, goesOn = false }: { readonly space?: boolean; readonly goesOn?: boolean } = {},
  ): true {
    const closed = !space && this.#before === "!" ? "image" : "link";
    this.#out += `${space ? " " : ""}[${kind === "other" ? "content" : kind} removed: ${shown(host)}]`;
    this.removed.push({ kind, host });
    this.#before = "]";
    this.#at = end;
    this.#midWord = false;
    this.#dropping = goesOn;
    this.#closed = goesOn ? null : closed;
    return true;
  }
}

/** As much of a host as cannot carry much: data is put into the labels before it. */
function shown(host: string): string {
  const name = host.replace(/[^a-z0-9.:-]|:$/gi, "");
  if (/^[\d.]+$|:/.test(name)) return name;
  const labels = name.split(".").filter((label) => !/www\d*$/.test(label));
  const known = labels.slice(-3);
  const short = known.length === 3 && known.slice(1).join(".").length <= 6;
  return (short ? known : labels.slice(-2)).join(".") || unreadable;
}
