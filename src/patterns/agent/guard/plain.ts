import {
  hostOf,
  hostsOfAuthority,
  hostsOfMessage,
  isFileLike,
  isInline,
  isMessage,
  isNamedHost,
  isSpecial,
  unreadable,
} from "./address.ts";
import type { Lookahead } from "./lookahead.ts";

/** An address in plain text: what it leads to, and where its parts begin and end. */
export interface Address {
  readonly hosts: readonly string[];
  readonly start: number;
  /** Where what is taken out begins: nothing of the word before it may become an address in turn. */
  readonly from: number;
  /** Where the host begins. */
  readonly body: number;
  /** Where the host ends. */
  readonly bodyEnd: number;
}

type Place = Pick<Address, "start" | "from">;

/** A word as it is read, and where each of its characters stands. */
export interface Word {
  readonly chars: string;
  readonly starts: readonly number[];
  readonly end: number;
}

/** Neither names of hosts nor schemes are longer. */
export const longestWord = 256;
const longestAuthority = 512;
const longestMessage = 512;

/** Characters of schemes and hosts, in all scripts. */
export function isWordChar(char: string): boolean {
  if (char === "") return false;
  return char <= "\x7f" ? /[\w.+%~@-]/.test(char) : /[。．｡]|[^\s\p{P}]/u.test(char);
}

export function readWord(text: Lookahead, start: number): Word {
  const starts: number[] = [];
  let chars = "";
  let at = start;
  while (chars.length < longestWord) {
    const char = text.read(at);
    if (!isWordChar(char)) break;
    for (const _ of char.split("")) starts.push(at);
    chars += char;
    at = text.end;
  }
  return { chars, starts, end: at };
}

/** The address that a word begins or is, by itself and by what follows. Behind a slash a name is part of a path. */
export function addressOfWord(text: Lookahead, word: Word, before: string): Address | null {
  const first =
    addressOfWww(text, word) ?? (text.read(word.end) === ":" ? addressOfScheme(text, word) : null);
  if (first !== null) return first;
  return before === "/" ? null : addressOfName(text, word);
}

/** An address whose scheme is missing or hidden: `://host`. */
export function addressAtColon(text: Lookahead, colon: number): Address | null {
  const { count, end } = readSlashes(text, colon + 1);
  return count < 2 ? null : named(addressFrom(text, { start: colon, from: colon }, end));
}

/** An address with the scheme of the page: `//host`. */
export function addressAtSlashes(text: Lookahead, start: number): Address | null {
  const { count, end } = readSlashes(text, start);
  return count < 2 ? null : named(addressFrom(text, { start, from: start }, end));
}

function addressOfScheme(text: Lookahead, word: Word): Address | null {
  const scheme = /[a-z][a-z0-9+.-]*$/i.exec(word.chars)?.[0].toLowerCase();
  if (scheme === undefined) return null;
  text.read(word.end);
  const colonEnd = text.end;
  const place = placeIn(word, word.chars.length - scheme.length);
  if (isInline(scheme) || isMessage(scheme)) {
    const hosts = hostsWithoutSlashes(text, scheme, colonEnd);
    return hosts.length === 0 ? null : { ...place, hosts, body: colonEnd, bodyEnd: colonEnd };
  }
  const { count, end } = readSlashes(text, colonEnd);
  const address = addressFrom(text, place, end);
  if (count === 2 || count > 3 || (count === 3 && isSpecial(scheme))) return address;
  // `https:443` is a port more often than it is 0.0.1.187.
  return isSpecial(scheme) && address?.hosts.some((host) => /\D$/.test(host)) === true
    ? named(address)
    : null;
}

function addressOfWww(text: Lookahead, word: Word): Address | null {
  const found = /www\d{0,3}\.[^.]/i.exec(word.chars);
  if (found === null) return null;
  const place = placeIn(word, found.index);
  return addressFrom(text, place, place.start);
}

/** `host/path`, `host?query`, `host:8080/`: without one of them a name is only a name. */
function addressOfName(text: Lookahead, word: Word): Address | null {
  const name =
    /(?:^|[+%~])((?:[\p{L}\p{N}\p{M}_-]+[.。．｡])+\p{L}[\p{L}\p{N}\p{M}-]+|\d{1,3}(?:\.\d{1,3}){3})$/u.exec(
      word.chars,
    )?.[1];
  const host = name === undefined ? null : hostOf(name);
  if (name === undefined || host === null || !isNamedHost(host)) return null;
  if (!leadsOn(text, word.end, host)) return null;
  const place = placeIn(word, word.chars.length - name.length);
  return { ...place, hosts: [host], body: place.start, bodyEnd: word.end };
}

function placeIn(word: Word, index: number): Place {
  const before =
    /[A-Za-z0-9.+%@-][\w.+%~@。．｡-]*$/.exec(word.chars.slice(0, index))?.index ?? index;
  return { start: word.starts[index] ?? word.end, from: word.starts[before] ?? word.end };
}

function leadsOn(text: Lookahead, at: number, host: string): boolean {
  const char = text.read(at);
  if (char === ":") {
    const port = readWhile(text, text.end, /\d/, 6);
    return port.chars !== "" && /[/?#]/.test(text.read(port.end));
  }
  // `10.0.0.0/8` is a range of addresses.
  if (char === "/" && /^\d/.test(host)) return /[^\d\s[]/.test(text.read(text.end));
  return char === "/" || char === "?" || (char === "#" && !isFileLike(host));
}

function hostsWithoutSlashes(text: Lookahead, scheme: string, at: number): readonly string[] {
  if (isMessage(scheme)) return hostsOfMessageAt(text, scheme, at);
  return opensInline(text, scheme, at) ? [`${scheme}:`] : [];
}

function opensInline(text: Lookahead, scheme: string, at: number): boolean {
  if (scheme !== "data") return /[^\s[\])>.,]/.test(text.read(at));
  const type = readWhile(text, at, /[\w.+/;=-]/, 100);
  return text.read(type.end) === "," && /^$|[/;]/.test(type.chars);
}

function addressFrom(text: Lookahead, place: Place, body: number): Address | null {
  const authority = readAuthority(text, body);
  const tooLong = authority.end - body >= longestAuthority ? [unreadable] : [];
  const hosts = [...new Set([...authority.readings.flatMap(hostsOfAuthority), ...tooLong])];
  return hosts.length === 0 ? null : { ...place, hosts, body, bodyEnd: authority.hostEnd };
}

/** For places where no browser, and only a finder of links, would see an address. */
function named(address: Address | null): Address | null {
  return address?.hosts.some(isNamedHost) === true ? address : null;
}

/**
 * What stands between the slashes, as Markdown reads it, and as HTML does: `\.` is a dot for the one, and for the other
 * the end of the host.
 */
function readAuthority(
  text: Lookahead,
  start: number,
): { readonly readings: readonly string[]; readonly hostEnd: number; readonly end: number } {
  let chars = "";
  let shorter: string | null = null;
  let hostEnd = start;
  let at = start;
  while (at - start < longestAuthority) {
    const char = text.read(at);
    if (text.at(at) === "&" && /[\t\r\n]/.test(char)) {
      // Written as `&Tab;` it is part of the address, and browsers skip it.
      shorter ??= chars;
      at = text.end;
      continue;
    }
    if (char === "" || /[\s/\\?#<]/.test(char)) break;
    if (text.at(text.end - 2) === "\\" && text.end - at > 1) shorter ??= chars;
    chars += char;
    if (hostEnd === at && isWordChar(char)) hostEnd = text.end;
    at = text.end;
  }
  const readings = [chars, ...(shorter === null ? [] : [shorter]), ...behindBackslash(text, at)];
  return { readings, hostEnd, end: at };
}

/** Some renderers escape a backslash; what stands before it is no host then, but part of a user's name. */
function behindBackslash(text: Lookahead, at: number): readonly string[] {
  if (text.at(at) !== "\\") return [];
  const { chars } = readWhile(text, at + 1, /[^\s/?#<]/, longestAuthority);
  return chars.includes("@") ? [chars.slice(chars.lastIndexOf("@") + 1)] : [];
}

/** Slashes and backslashes; browsers skip tabs and line breaks between them. */
function readSlashes(
  text: Lookahead,
  start: number,
): { readonly count: number; readonly end: number } {
  let count = 0;
  let at = start;
  while (at - start < longestWord) {
    const raw = text.at(at);
    const char = raw === "&" ? text.read(at) : raw;
    if (char === "" || !/[/\\\t\r\n]/.test(char)) break;
    if (char === "/" || char === "\\") count += 1;
    at = raw === "&" ? text.end : at + 1;
  }
  return { count, end: at };
}

function hostsOfMessageAt(text: Lookahead, scheme: string, start: number): readonly string[] {
  const to = readWhile(text, start, /[\w.+%~@,;-]/, longestWord);
  if (!to.chars.includes("@") && text.read(to.end) !== "?") return [];
  const { chars, end } = readWhile(text, start, /[^\s<>"`]/, longestMessage);
  return end - start < longestMessage ? hostsOfMessage(scheme, chars) : [unreadable];
}

function readWhile(
  text: Lookahead,
  start: number,
  wanted: RegExp,
  limit: number,
): { readonly chars: string; readonly end: number } {
  let chars = "";
  let at = start;
  while (at - start < limit) {
    const char = text.read(at);
    if (char === "" || !wanted.test(char)) break;
    chars += char;
    at = text.end;
  }
  return { chars, end: at };
}
