import type { CallEvent } from "../../events.ts";
import type { Message } from "../../patterns/prompt.ts";
import { redactContent } from "../../redact/redact-content.ts";
import { joined, redactEvent } from "../../redact/redact-event.ts";
import type { Redactor } from "../../redact/redactor.ts";

/** What a recorded call says, for cases: texts redacted, files replaced by what they are. */
export interface RecordedCall {
  /** The id of the call. */
  readonly id: string;
  readonly task: string;
  /** When the call began. */
  readonly time: Date;
  /** All messages of the prompt, as the patterns take them. */
  readonly messages: readonly Message[];
  /** What the user said last; empty where no message is a user's. */
  readonly text: string;
  /** The answer: a value where JSON was asked for, else a text, or `{ text, toolCalls }`; `null` where there is none. */
  readonly output: unknown;
  /** Whether a value was asked for. */
  readonly isValue: boolean;
  /** The code of the error that it ended with; `null`: it went well. */
  readonly error: string | null;
  /** What else is known, e.g. for slices. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** What a call says; `undefined` for one whose content was not kept. */
export function recordedOf(
  event: CallEvent,
  redactors: readonly Redactor[],
): RecordedCall | undefined {
  if (event.content === "none") return undefined;
  const clean = redactEvent(event, redactors);
  const messages = clean.prompt.prompt.map(plain);
  return {
    id: event.id,
    task: event.task,
    time: new Date(event.time),
    messages,
    text: textOf(messages.findLast(({ role }) => role === "user")),
    output: outputOf(clean),
    isValue: event.prompt.responseFormat?.type === "json",
    error: event.errorCode,
    metadata: metadataOf(clean, redactContent(ownTags(event), joined(redactors))),
  };
}

/** Whether an eval has made the call: what a suite does is no production. */
export function isOfEval({ tags }: CallEvent): boolean {
  return tags["eval"] !== undefined;
}

/** A message as people write it: with a text where text is all that it holds. */
function plain(message: CallEvent["prompt"]["prompt"][number]): Message {
  const { role, content } = message;
  if (role === "system" || role === "tool") return { role, content } as Message;
  const [part, ...others] = content;
  const isText = part?.type === "text" && others.length === 0;
  return { role, content: isText ? part.text : content } as Message;
}

function textOf(message: Message | undefined): string {
  if (message === undefined) return "";
  if (typeof message.content === "string") return message.content;
  return message.content.map((part) => (part.type === "text" ? part.text : "")).join("\n");
}

function outputOf({ response, prompt }: CallEvent): unknown {
  if (response === null) return null;
  const text = response.map((part) => (part.type === "text" ? part.text : "")).join("");
  if (prompt.responseFormat?.type === "json") return valueIn(text);
  const toolCalls = response.flatMap((part) =>
    part.type === "tool-call" ? [{ name: part.toolName, input: valueIn(part.input) }] : [],
  );
  return toolCalls.length === 0 ? text : { text, toolCalls };
}

/** What a text is the JSON of; any other text as it is. */
function valueIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function ownTags({ tags: { user: _user, session: _session, ...others } }: CallEvent): object {
  return others;
}

function metadataOf(event: CallEvent, tags: unknown): Record<string, unknown> {
  const { id, task, pattern, time, model, answeredBy, target, finishReason, errorCode } = event;
  return {
    call: id,
    task,
    pattern,
    time: new Date(time).toISOString(),
    model: model ?? answeredBy ?? target,
    ...(finishReason !== null && { finishReason }),
    ...(errorCode !== null && { error: errorCode }),
    ...(Object.keys(tags as object).length > 0 && { tags }),
  };
}
