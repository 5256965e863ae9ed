import { hash } from "node:crypto";

/**
 * Text that is the same for equal values and different for different ones, whatever the order of keys or the
 * identity of objects. Plain JSON with sorted keys; `undefined` members are absent; values that JSON does not have
 * (bytes, URLs, dates, maps, sets, bigints, non-finite numbers) become unquoted words that no JSON text can contain.
 */
export function canonical(value: unknown): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value);
    case "number":
      if (Number.isFinite(value)) return JSON.stringify(value);
      return `number:${value}`;
    case "boolean":
      return value ? "true" : "false";
    case "bigint":
      return `bigint:${value}`;
    case "object":
      return value === null ? "null" : canonicalObject(value);
    default:
      return "undefined";
  }
}

function canonicalObject(value: object): string {
  if (Array.isArray(value)) return canonicalList(value);
  if (Object.getPrototypeOf(value) === Object.prototype) return canonicalRecord(value);
  if (value instanceof Uint8Array) return `bytes:${hash("sha256", value)}`;
  if (value instanceof ArrayBuffer) return canonicalObject(new Uint8Array(value));
  if (value instanceof URL) return `url:${JSON.stringify(value.href)}`;
  if (value instanceof Date) return `date:${value.getTime()}`;
  if (value instanceof RegExp) return `regexp:${JSON.stringify(String(value))}`;
  if (value instanceof Map) return `map:${canonicalList([...value])}`;
  if (value instanceof Set) return `set:${canonicalList([...value])}`;
  // What an instance of some class stands for may be hidden from its keys.
  if ("toJSON" in value && typeof value.toJSON === "function") {
    return `json:${canonical(value.toJSON())}`;
  }
  return canonicalRecord(value);
}

function canonicalList(values: readonly unknown[]): string {
  let text = "[";
  for (let index = 0; index < values.length; index++) {
    text += index === 0 ? canonical(values[index]) : `,${canonical(values[index])}`;
  }
  return `${text}]`;
}

function canonicalRecord(value: object): string {
  const record = value as Readonly<Record<string, unknown>>;
  let text = "{";
  for (const key of Object.keys(record).sort()) {
    const member = record[key];
    if (member === undefined || typeof member === "function") continue;
    if (text.length > 1) text += ",";
    text += `${JSON.stringify(key)}:${canonical(member)}`;
  }
  return `${text}}`;
}

/** SHA-256 of the canonical text, in hex. */
export function fingerprintOf(value: unknown): string {
  return hash("sha256", canonical(value));
}
