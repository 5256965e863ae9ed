import { isRecord } from "../../patterns/extract/shape.ts";
import { endingOf, type Files, isFileReference, parsedYaml } from "./files.ts";
import { type HoledText, holesOf } from "./fill-in.ts";
import { type Notes, noteOthers } from "./notes.ts";

export interface ImportedMessage {
  readonly role: "system" | "user" | "assistant";
  readonly content: HoledText;
}

/** A prompt as messages, each a text with holes. */
export interface ImportedPrompt {
  readonly label: string | undefined;
  readonly messages: readonly ImportedMessage[];
}

interface PromptContext {
  readonly notes: Notes;
  readonly files: Files;
  readonly name: string;
}

/** The prompts of a config. Those that are code, or templates of more than variables, are noted. */
export function promptsOf(given: unknown, context: PromptContext): ImportedPrompt[] {
  const { notes, name } = context;
  const all = Array.isArray(given) ? given : given === undefined ? [] : [given];
  return all.flatMap((one, index) => {
    const place = `${name}, prompt ${index + 1}`;
    if (isRecord(one)) noteOthers(notes, place, one, ["raw", "id", "label"]);
    try {
      const { text, label } = textOf(one, context);
      return text.map((part) => promptOf(part, label));
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      notes.add(place, `it is not carried over: ${why}`);
      return [];
    }
  });
}

interface PromptText {
  readonly text: readonly string[];
  readonly label: string | undefined;
}

function textOf(given: unknown, context: PromptContext): PromptText {
  if (isRecord(given)) {
    const { raw, id, label } = given;
    const named = typeof label === "string" ? label : undefined;
    const source = raw ?? id;
    if (typeof source !== "string") throw new Error("it has no text");
    return { ...textOf(source, context), label: named };
  }
  if (typeof given !== "string") throw new Error("it is no text");
  if (!isFileReference(given) && !isFileName(given)) return { text: [given], label: undefined };
  const ending = endingOf(given);
  if (![".txt", ".md", ".json", ".yaml", ".yml", ".j2"].includes(ending)) {
    throw new Error(`${given} is code, or no text`);
  }
  const text = context.files.text(given);
  // A text file may hold several prompts, between lines of three hyphens.
  const parts = ending === ".txt" ? text.split(/^---\s*$/m) : [text];
  return { text: parts.map((part) => part.trim()).filter((part) => part !== ""), label: undefined };
}

/** As in older configs: the name of a file alone, or a pattern of names. */
function isFileName(text: string): boolean {
  return /^[\w./*-]+(?:\/\*|\.(?:txt|md|json|ya?ml|j2|js|cjs|mjs|ts|py)(?::\w+)?)$/.test(text);
}

const roles = ["system", "user", "assistant"] as const;

function promptOf(text: string, label: string | undefined): ImportedPrompt {
  const chat = chatOf(text);
  const messages = chat?.map(messageOf) ?? [{ role: "user" as const, content: holed(text) }];
  if (messages.every(({ role }) => role === "system"))
    throw new Error("it asks nothing: it has no user message");
  return { label, messages };
}

/** A list of messages in JSON or YAML; `undefined`: it is plain text. */
function chatOf(text: string): readonly Readonly<Record<string, unknown>>[] | undefined {
  if (!/^\s*(?:\[|-\s*role:|-\s*\{)/.test(text)) return undefined;
  let value: unknown;
  try {
    value = parsedYaml(text);
  } catch {
    return undefined;
  }
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const messages: readonly unknown[] = value;
  return messages.every((one) => isRecord(one) && "role" in one)
    ? (messages as readonly Readonly<Record<string, unknown>>[])
    : undefined;
}

function messageOf({ role, content }: Readonly<Record<string, unknown>>): ImportedMessage {
  const known = roles.find((one) => one === role || (role === "developer" && one === "system"));
  if (known === undefined) throw new Error(`it has a message of the role ${JSON.stringify(role)}`);
  if (typeof content !== "string") throw new Error("it has a message that is more than text");
  return { role: known, content: holed(content) };
}

function holed(text: string): HoledText {
  const holes = holesOf(text);
  if (typeof holes !== "string") return holes;
  throw new Error(`${holes} is more than a variable`);
}
