import type { CallEvent } from "../call/event.ts";
import { type Troubles, unquoted } from "../call/troubles.ts";
import { leaveOutContent, leaveOutTexts, redactEvent } from "./redact-event.ts";
import type { Redactor } from "./redactor.ts";

/** What an event keeps of its call's content; `none` still redacts what is said about it, such as errors. */
export type ContentRule =
  | { readonly kept: "full" }
  | { readonly kept: "redacted" | "none"; readonly redactors: readonly Redactor[] };

/**
 * What of an event may be kept, for whoever writes or exports it: what its task does not keep is gone. When a redactor
 * fails, nothing of the content is kept; that is noted and counted, and fails no call.
 */
export function keptContent(
  ruleOf: (task: string) => ContentRule,
  troubles: Troubles,
): (event: CallEvent) => CallEvent {
  return (event) => {
    const rule = ruleOf(event.task);
    if (rule.kept === "full") return event;
    const keep = rule.kept === "redacted" ? redactEvent : leaveOutContent;
    try {
      return keep(event, rule.redactors);
    } catch (error) {
      troubles.note(`A redactor of ${event.task} failed`, unquoted(error));
      return leaveOutTexts(event, "A redactor failed, so that the content was left out");
    }
  };
}
