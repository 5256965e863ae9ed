/**
 * JSON text of a value that may hold what JSON does not have: bytes become `{ "$bytes": "<base64>" }`, bigints become
 * text. Most values hold neither, and a replacer makes JSON several times slower: so it is used only where needed.
 */
export function toJson(value: unknown): string {
  return hasBytesOrBigints(value) ? JSON.stringify(value, asJson) : JSON.stringify(value);
}

/** The value of such a text, with its bytes again. */
export function fromJson(text: string): unknown {
  return text.includes('"$bytes"') ? JSON.parse(text, asBytes) : JSON.parse(text);
}

function hasBytesOrBigints(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return typeof value === "bigint";
  if (value instanceof Uint8Array) return true;
  return Array.isArray(value)
    ? value.some(hasBytesOrBigints)
    : Object.values(value).some(hasBytesOrBigints);
}

/** Looks at the holder, because a Buffer has turned itself into an array of numbers by the time it is the value. */
function asJson(this: Readonly<Record<string, unknown>>, key: string, value: unknown): unknown {
  const member = this[key];
  if (member instanceof Uint8Array) return { $bytes: Buffer.from(member).toString("base64") };
  return typeof value === "bigint" ? String(value) : value;
}

function asBytes(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const { $bytes } = value as { $bytes?: unknown };
  return typeof $bytes === "string" ? new Uint8Array(Buffer.from($bytes, "base64")) : value;
}
