import type { IncomingHttpHeaders } from "node:http";
import { isRecord, type JsonSchema } from "../request.ts";
import { taskHeader } from "../task-header.ts";
import { InvalidBody } from "./protocol.ts";

/** The request's fields, or the complaint that it is no object. */
export function recordOf(body: unknown): Readonly<Record<string, unknown>> {
  if (!isRecord(body)) throw new InvalidBody("The request body is not a JSON object.");
  return body;
}

/** A required text field. */
export function requiredText(body: Readonly<Record<string, unknown>>, field: string): string {
  const value = body[field];
  if (typeof value !== "string" || value === "") {
    throw new InvalidBody(`${field}: a non-empty string is required.`);
  }
  return value;
}

/** The messages field: a list with at least one object. */
export function requiredMessages(
  body: Readonly<Record<string, unknown>>,
): readonly Readonly<Record<string, unknown>>[] {
  const messages = body.messages;
  if (!Array.isArray(messages) || messages.length === 0) {
    throw new InvalidBody("messages: a list with at least one message is required.");
  }
  return messages.map((message, index) => {
    if (!isRecord(message)) throw new InvalidBody(`messages.${index}: an object is required.`);
    return message;
  });
}

/** The records of a list field; nothing when the field is missing. */
export function recordsIn(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

/** A message's content as text: a plain string, or the text blocks one after another. */
export function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  return recordsIn(content)
    .map((block) => (typeof block.text === "string" ? block.text : ""))
    .filter((text) => text !== "")
    .join("\n");
}

/** A schema field; anything else counts as a schema that allows everything. */
export function schemaOf(value: unknown): JsonSchema {
  return isRecord(value) || typeof value === "boolean" ? value : true;
}

/** A text field that may be missing. */
export function optionalText(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** A number field that may be missing. */
export function optionalNumber(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

/** The task named by the caller. */
export function taskIn(headers: IncomingHttpHeaders): string | undefined {
  return optionalText(headers[taskHeader]);
}
