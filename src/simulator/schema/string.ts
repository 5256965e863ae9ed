import type { SchemaObject } from "./described.ts";
import { textMatching } from "./pattern.ts";

/** Samples for each known format; the first one that meets the other limits is used. */
const formatSamples: Readonly<Record<string, readonly string[]>> = {
  "date-time": ["2026-01-15T09:30:00Z", "2026-01-15T09:30:00.000Z", "2026-01-15T09:30:00"],
  date: ["2026-01-15"],
  time: ["09:30:00", "09:30:00Z", "09:30"],
  duration: ["P1DT2H"],
  email: ["someone@example.com"],
  "idn-email": ["someone@example.com"],
  uri: ["https://example.com/simulated"],
  url: ["https://example.com/simulated"],
  "uri-reference": ["https://example.com/simulated"],
  hostname: ["example.com"],
  ipv4: ["192.0.2.1"],
  ipv6: ["2001:db8::1", "2001:0db8:0000:0000:0000:0000:0000:0001"],
  cidrv4: ["192.0.2.0/24"],
  cidrv6: ["2001:db8::/32"],
  uuid: [
    "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
    "01890a5d-ac96-774b-bcce-b302099a8057",
    "1ec9414c-232a-6b00-b3c8-9e6bdeced846",
    "c232ab00-9414-11ec-b3c8-9e6bdeced846",
  ],
  guid: ["3f2504e0-4f89-41d3-9a0c-0305e82c3301"],
  base64: ["c2ltdWxhdGVk"],
  base64url: ["c2ltdWxhdGVk"],
  nanoid: ["V1StGXR8_Z5jdHi6B-myT"],
  cuid: ["cjld2cjxh0000qzrmn831i7rn"],
  cuid2: ["tz4a98xxat96iws9zmbrgj3a"],
  ulid: ["01ARZ3NDEKTSV4RRFFQ69G5FAV"],
  xid: ["9m4e2mr0ui3e8a215n4g"],
  ksuid: ["0ujtsYcgvSTl8PAuAdqWYSMnLOv"],
  e164: ["+15555550123"],
  emoji: ["🙂"],
  jwt: ["eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxIn0.c2ltdWxhdGVk"],
  "json-string": ["{}"],
  regex: ["^simulated$"],
};

/** A string for the schema: a sample of its format, a match of its pattern, or plain words. */
export function stringFor(schema: SchemaObject, name: string, seed: number): string {
  const samples = typeof schema.format === "string" ? formatSamples[schema.format] : undefined;
  const sample = samples?.find((candidate) => isAllowed(candidate, schema));
  if (sample !== undefined) return sample;
  const words = fitted(`Simulated ${wordsOf(name)} ${seed % 1000}`, schema);
  if (typeof schema.pattern !== "string" || isAllowed(words, schema)) return words;
  const match = textMatching(schema.pattern, minLength(schema));
  return match !== undefined && isAllowed(match, schema) ? match : (samples?.[0] ?? words);
}

function isAllowed(text: string, schema: SchemaObject): boolean {
  if (text.length < minLength(schema) || text.length > maxLength(schema)) return false;
  return typeof schema.pattern !== "string" || compile(schema.pattern)?.test(text) === true;
}

/** Unicode mode where the pattern allows it, as JSON Schema asks for. */
function compile(pattern: string): RegExp | undefined {
  for (const flags of ["u", ""]) {
    try {
      return new RegExp(pattern, flags);
    } catch {}
  }
  return undefined;
}

function fitted(text: string, schema: SchemaObject): string {
  return text.padEnd(minLength(schema), " and more").slice(0, maxLength(schema));
}

function minLength(schema: SchemaObject): number {
  return typeof schema.minLength === "number" ? schema.minLength : 0;
}

function maxLength(schema: SchemaObject): number {
  return typeof schema.maxLength === "number" ? schema.maxLength : Number.POSITIVE_INFINITY;
}

/** `orderNumber` and `order_number` become `order number`. */
function wordsOf(name: string): string {
  return name
    .replace(/([a-z\d])([A-Z])/g, "$1 $2")
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim()
    .toLowerCase();
}
