import type { CallEvent } from "../call/event.ts";
import { redactContent } from "./redact-content.ts";
import type { Redactor } from "./redactor.ts";

/** What stands where a text was left out. */
const leftOut = "(left out)";

/** The last word, or the last groups of digits. */
const looseEnd = /(?:[\d+(][\d\s().+/-]{0,40}|\S{1,200})$/;
const longestEnd = 300;

/** The event with every text redacted, and files replaced by what they are. Tags are left as they are. */
export function redactEvent(event: CallEvent, redactors: readonly Redactor[]): CallEvent {
  const redact = joined(redactors);
  return {
    ...withTexts(event, redact),
    prompt: redactContent(event.prompt, redact) as CallEvent["prompt"],
    response: redactContent(withoutLooseEnd(event), redact) as CallEvent["response"],
    content: "redacted",
  };
}

/** The event without its prompt and its response; what is said about the call is redacted. */
export function leaveOutContent(event: CallEvent, redactors: readonly Redactor[]): CallEvent {
  return {
    ...withTexts(event, joined(redactors)),
    prompt: { ...numbersOf(event.prompt), prompt: [] },
    response: null,
    content: "none",
  };
}

/** Settings that are numbers, such as the temperature, hold no content. */
function numbersOf(prompt: CallEvent["prompt"]): Partial<CallEvent["prompt"]> {
  return Object.fromEntries(
    Object.entries(prompt).filter(([, setting]) => typeof setting === "number"),
  );
}

/** The event without any text that came from elsewhere: for when nothing can be redacted. */
export function leaveOutTexts(event: CallEvent, why: string): CallEvent {
  return { ...leaveOutContent(event, [() => leftOut]), notes: [why] };
}

/** An answer that broke off may end within an address or a number, which no redactor knows by half: it goes. */
function withoutLooseEnd({ response, errorCode, finishReason }: CallEvent): CallEvent["response"] {
  const last = response?.at(-1);
  const isCut = errorCode !== null || finishReason === "length";
  if (!isCut || response === null || last === undefined || !("text" in last)) return response;
  const end = Math.max(0, last.text.length - longestEnd);
  const text = last.text.slice(0, end) + last.text.slice(end).replace(looseEnd, "…");
  return [...response.slice(0, -1), { ...last, text }];
}

/** One after the other. An untyped redactor may give back anything: that must not be taken for a text. */
export function joined(redactors: readonly Redactor[]): Redactor {
  return (text, field) =>
    redactors.reduce((clean, redact) => {
      const next: unknown = redact(clean, field);
      if (typeof next === "string") return next;
      throw new TypeError("a redactor gave back no text");
    }, text);
}

/** Whatever an event says about its call: providers quote what they were sent. */
function withTexts(event: CallEvent, redact: Redactor): CallEvent {
  const orNull = (text: string | null): string | null => (text === null ? null : redact(text));
  const withReason = <Move extends { readonly reason: string }>(move: Move): Move => ({
    ...move,
    reason: redact(move.reason),
  });
  return {
    ...event,
    errorMessage: orNull(event.errorMessage),
    attempts: event.attempts.map((attempt) => ({ ...attempt, error: orNull(attempt.error) })),
    reroutes: event.reroutes.map(withReason),
    resumes: event.resumes.map(withReason),
    tool: event.tool === null ? null : { ...event.tool, reason: orNull(event.tool.reason) },
    notes: event.notes.map((note) => redact(note)),
  };
}
