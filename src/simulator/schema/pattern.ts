/** Gives up on patterns that would grow beyond this. */
const longestText = 2000;

/** Characters tried, in this order, for a class such as `[^a-z]` or `\w`. */
const candidates = "a1A0bB2zZ9 -_.,:;/@#+!?()[]{}'\"<>=*&%$~^|\\`é日\n\t";

interface Reader {
  readonly source: string;
  position: number;
}

/**
 * A text that matches a regular expression of the common kind: literals, classes, groups,
 * alternatives and counts. Returns undefined where it cannot tell (look-arounds, back references).
 * @param atLeast repetitions without an upper limit are stretched towards this length
 */
export function textMatching(pattern: string, atLeast: number): string | undefined {
  for (const stretch of [0, 1, atLeast]) {
    const text = attempt(pattern, stretch);
    if (text !== undefined && text.length >= atLeast) return text;
  }
  return attempt(pattern, 0);
}

function attempt(pattern: string, stretch: number): string | undefined {
  const reader: Reader = { source: pattern, position: 0 };
  try {
    const text = readAlternatives(reader, stretch);
    return reader.position === pattern.length && text.length <= longestText ? text : undefined;
  } catch {
    return undefined;
  }
}

/** The first alternative counts; the others are read past. */
function readAlternatives(reader: Reader, stretch: number): string {
  const text = readSequence(reader, stretch);
  while (peek(reader) === "|") {
    reader.position++;
    readSequence(reader, stretch);
  }
  return text;
}

function readSequence(reader: Reader, stretch: number): string {
  let text = "";
  while (reader.position < reader.source.length && peek(reader) !== "|" && peek(reader) !== ")") {
    const atom = readAtom(reader, stretch);
    const { min, max } = readCount(reader);
    text += atom.repeat(Math.max(min, Math.min(max, stretch)));
  }
  return text;
}

function readAtom(reader: Reader, stretch: number): string {
  const character = next(reader);
  if (character === "^" || character === "$") return "";
  if (character === "(") return readGroup(reader, stretch);
  if (character === "[") return firstMatching(readClass(reader));
  if (character === ".") return "a";
  if (character === "\\") return readEscape(reader);
  return character;
}

function readGroup(reader: Reader, stretch: number): string {
  if (peek(reader) === "?") {
    const prefix = /^\?(?::|<[A-Za-z_]\w*>)/.exec(reader.source.slice(reader.position));
    if (!prefix) throw new Error("look-around");
    reader.position += prefix[0].length;
  }
  const text = readAlternatives(reader, stretch);
  if (next(reader) !== ")") throw new Error("unbalanced group");
  return text;
}

function readClass(reader: Reader): string {
  const start = reader.position - 1;
  while (peek(reader) !== "]") {
    if (next(reader) === "\\") next(reader);
  }
  reader.position++;
  return reader.source.slice(start, reader.position);
}

function readEscape(reader: Reader): string {
  const character = next(reader);
  if (/[bB]/.test(character)) return "";
  if (/[1-9k]/.test(character)) throw new Error("back reference");
  if (/[pP]/.test(character)) {
    const end = reader.source.indexOf("}", reader.position) + 1;
    const property = reader.source.slice(reader.position, end);
    reader.position = end;
    return firstMatching(`\\${character}${property}`);
  }
  if (/[ux]/.test(character)) {
    const digits = character === "u" ? /^(?:\{[\da-fA-F]+\}|[\da-fA-F]{4})/ : /^[\da-fA-F]{2}/;
    const code = digits.exec(reader.source.slice(reader.position));
    if (!code) throw new Error("bad escape");
    reader.position += code[0].length;
    return String.fromCodePoint(Number.parseInt(code[0].replace(/[{}]/g, ""), 16));
  }
  return /[dDwWsStnr]/.test(character) ? firstMatching(`\\${character}`) : character;
}

function firstMatching(characterClass: string): string {
  const expression = new RegExp(`^${characterClass}$`, "u");
  const found = Array.from(candidates).find((candidate) => expression.test(candidate));
  if (found !== undefined) return found;
  const literal = Array.from(characterClass.slice(1, -1)).find((text) => expression.test(text));
  if (literal === undefined) throw new Error("no character known for this class");
  return literal;
}

function readCount(reader: Reader): { min: number; max: number } {
  const rest = reader.source.slice(reader.position);
  const found = /^(?:[*+?]|\{(\d+)(,?)(\d*)\})\??/.exec(rest);
  if (!found) return { min: 1, max: 1 };
  reader.position += found[0].length;
  if (found[0].startsWith("*")) return { min: 0, max: Number.POSITIVE_INFINITY };
  if (found[0].startsWith("+")) return { min: 1, max: Number.POSITIVE_INFINITY };
  if (found[0].startsWith("?")) return { min: 0, max: 1 };
  const min = Number(found[1]);
  const open = found[3] ? Number(found[3]) : Number.POSITIVE_INFINITY;
  return { min, max: found[2] ? open : min };
}

function peek(reader: Reader): string | undefined {
  return reader.source[reader.position];
}

function next(reader: Reader): string {
  const character = reader.source[reader.position++];
  if (character === undefined) throw new Error("pattern ends early");
  return character;
}
