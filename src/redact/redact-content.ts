import { jsonIn } from "../util/json-in.ts";
import type { Redactor } from "./redactor.ts";

/** Members of messages and parts that say what they are, not what is said in them. */
const labels: ReadonlySet<string> = new Set([
  "type",
  "role",
  "toolName",
  "toolCallId",
  "approvalId",
  "mediaType",
]);

/** Members of parts that hold JSON of any kind: nothing in it is a label. */
const jsonMembers: ReadonlySet<string> = new Set([
  "input",
  "value",
  "result",
  "inputSchema",
  "schema",
  "args",
  "providerOptions",
  "providerMetadata",
]);

/** Shorter numbers are nobody's. */
const leastPersonalNumber = 1_000_000;

/** Where a value stands: in the frame of a message, or in JSON, under a name. */
interface Place {
  readonly isJson: boolean;
  readonly field?: string | undefined;
}

/** Messages or parts with every text in them redacted, however deep, and files replaced by what they are. */
export function redactContent(content: unknown, redact: Redactor): unknown {
  return clean(content, { isJson: false }, redact);
}

function clean(value: unknown, place: Place, redact: Redactor): unknown {
  if (typeof value === "string") return cleanText(value, place, redact);
  if (typeof value === "number" || typeof value === "bigint")
    return cleanNumber(value, place, redact);
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Uint8Array) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value)) return value.map((item) => clean(item, place, redact));
  if (isFile(value))
    return { type: "text", text: `[file ${value.mediaType}, ${sizeOf(value.data)}]` };
  if (hasToJson(value)) return clean(value.toJSON(), place, redact);
  return Object.fromEntries(
    Object.entries(value).map(([name, member]: [string, unknown]) => {
      if (!place.isJson && labels.has(name)) return [name, member];
      const isJson = place.isJson || jsonMembers.has(name);
      const cleanMember = clean(member, { isJson, field: place.isJson ? name : undefined }, redact);
      return [place.isJson && !isIdentifier(name) ? redact(name) : name, cleanMember];
    }),
  );
}

/** JSON within a text (a tool's input, a structured answer) is redacted value by value, so that it stays JSON. */
function cleanText(text: string, { field }: Place, redact: Redactor): string {
  const json = jsonIn(text);
  if (json === undefined) return redact(text, field);
  const before = JSON.stringify(json);
  const after = JSON.stringify(clean(json, { isJson: true, field }, redact));
  return before === after ? text : after;
}

function cleanNumber(value: number | bigint, { field }: Place, redact: Redactor): unknown {
  if (value < leastPersonalNumber) return value;
  const digits = String(value);
  const redacted = redact(digits, field);
  return redacted === digits ? value : redacted;
}

/** The name of a member, rather than a text that serves as one, such as a customer's address. */
function isIdentifier(name: string): boolean {
  return /^[A-Za-z_$][\w$]{0,31}$/.test(name);
}

interface FilePart {
  readonly mediaType: string;
  readonly data: unknown;
}

function isFile(value: object): value is FilePart {
  return "mediaType" in value && typeof value.mediaType === "string" && "data" in value;
}

/** How much a file holds: its bytes, those of its base64, or its text; where it is kept by others, that. */
function sizeOf(data: unknown): string {
  if (data instanceof Uint8Array) return `${data.byteLength} bytes`;
  if (typeof data === "string") return `${Buffer.byteLength(data, "base64")} bytes`;
  if (typeof data !== "object" || data === null) return "empty";
  if ("data" in data) return sizeOf(data.data);
  if ("text" in data) return `${String(data.text).length} characters`;
  return "url" in data || data instanceof URL ? "at a URL" : "at the provider";
}

function hasToJson(value: object): value is { toJSON(): unknown } {
  return "toJSON" in value && typeof value.toJSON === "function";
}
