const plainValue = /^(?:-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|True|False|None)$/;
const bareKey = /^[\p{L}_$][\p{L}\p{N}_$-]*$/u;

type Token =
  | { readonly type: "string" | "word"; readonly text: string }
  | { readonly type: "comment" }
  | { readonly type: "{" | "}" | "[" | "]" | "," | ":" };

/** What may come next inside an object or a list. */
type Place = { readonly in: "object" | "list"; awaits: "key" | "colon" | "value" | "separator" };

/**
 * Whether mending a broken JSON text can only change how it is written, not what it says: quotes, commas, comments
 * and bare keys. A gap (`{"a": }`), an abbreviation (`[1, 2, ...]`, `[1 // and 5 more`), half a number or a stray word
 * would have to be filled with a guess, so they are not mended.
 */
export function isSafeToRepair(json: string): boolean {
  const tokens = tokenize(json);
  if (tokens === undefined) return false;
  const open: Place[] = [];
  return tokens.every((token) => fits(token, open)) && open.length === 0;
}

function fits(token: Token, open: Place[]): boolean {
  const place = open.at(-1);
  switch (token.type) {
    case "comment":
      return place?.in !== "list";
    case "{":
    case "[":
      if (place !== undefined && !beginsValue(place)) return false;
      if (place !== undefined) place.awaits = "separator";
      open.push(
        token.type === "{" ? { in: "object", awaits: "key" } : { in: "list", awaits: "value" },
      );
      return true;
    case "}":
    case "]":
      open.pop();
      return place?.awaits === "separator" || place?.awaits === firstOf(place);
    case ",":
      if (place?.awaits !== "separator") return false;
      place.awaits = firstOf(place);
      return true;
    case ":":
      if (place?.awaits !== "colon") return false;
      place.awaits = "value";
      return true;
    case "string":
    case "word":
      return place !== undefined && fitsText(token.type, token.text, place);
  }
}

function fitsText(type: "string" | "word", text: string, place: Place): boolean {
  if (place.awaits === "separator") place.awaits = firstOf(place);
  if (place.awaits === "key") {
    place.awaits = "colon";
    return type === "string" || bareKey.test(text);
  }
  if (place.awaits !== "value") return false;
  place.awaits = "separator";
  return type === "string" || plainValue.test(text);
}

/** A missing comma before an object or a list takes nothing away. */
function beginsValue(place: Place): boolean {
  return place.awaits === "value" || (place.in === "list" && place.awaits === "separator");
}

function firstOf(place: Place | undefined): Place["awaits"] {
  return place?.in === "object" ? "key" : "value";
}

function tokenize(json: string): Token[] | undefined {
  const tokens: Token[] = [];
  const next =
    /\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:[^"\\]|\\[\s\S])*"|'(?:[^'\\]|\\[\s\S])*'|[{}[\],:]|[^\s{}[\],:"'/]+/gy;
  while (next.lastIndex < json.length) {
    const text = next.exec(json)?.[0];
    if (text === undefined) return undefined;
    if (text.trim() !== "") tokens.push(tokenOf(text));
  }
  return tokens;
}

function tokenOf(text: string): Token {
  if (/^[{}[\],:]$/.test(text)) return { type: text as "{" };
  if (text.startsWith("/")) return { type: "comment" };
  return /^["']/.test(text) ? { type: "string", text } : { type: "word", text };
}
