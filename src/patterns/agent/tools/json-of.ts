/**
 * JSON text of anything that a tool may give back; never throws. Where JSON has no such thing, what stands there says
 * so: bigints are digits, bytes their number, maps objects, sets lists, and what contains itself is `[circular]`.
 */
export function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value, replacer()) ?? "null";
  } catch {
    return JSON.stringify("[this cannot be written as JSON]");
  }
}

/** A copy that JSON can hold, and that shares nothing with the value; `undefined` stays what it is. */
export function jsonCopy(value: unknown): unknown {
  return value === undefined || typeof value === "string" ? value : JSON.parse(jsonOf(value));
}

type Replacer = (this: unknown, key: string, value: unknown) => unknown;

function replacer(): Replacer {
  /** The objects around the present one: as they are, and as JSON is made of them. */
  const around: { readonly value: object; readonly written: object }[] = [];
  return function replace(key, value) {
    const member = (this as Readonly<Record<string, unknown>>)[key];
    if (member instanceof Uint8Array) return `[${member.byteLength} bytes]`;
    if (value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`;
    if (typeof value === "bigint") return String(value);
    if (typeof value !== "object" || value === null) return value;
    while (around.length > 0 && around.at(-1)?.written !== this) around.pop();
    if (around.some((one) => one.value === value)) return "[circular]";
    const written = plain(value);
    around.push({ value, written });
    return written;
  };
}

function plain(value: object): object {
  if (value instanceof Map) return Object.fromEntries(value);
  return value instanceof Set ? [...value] : value;
}
