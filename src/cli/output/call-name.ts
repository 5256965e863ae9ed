import type { CallEvent } from "../../events.ts";
import { isStep } from "../read-run.ts";
import { jsonLine, oneLine } from "./clean.ts";
import { paint } from "./terminal.ts";

/** What a line says of its call: the tool with its arguments, a step's model, another call's task and model. */
export function nameOf(event: CallEvent): string {
  if (event.tool !== null)
    return `${paint("cyan", oneLine(event.tool.name))} ${argumentsOf(event)}`;
  const model = oneLine(event.answeredBy ?? event.target);
  if (isStep(event)) return model;
  const name = oneLine(`${event.task} (${event.pattern})`);
  return event.children > 0 ? name : `${name} ${model}`;
}

/** Characters of arguments that stand in one line. */
const shownArguments = 56;

/** The arguments as the model gave them; nothing where content is not kept. */
function argumentsOf({ prompt }: CallEvent): string {
  const [message] = prompt.prompt;
  if (message?.role !== "assistant") return "";
  const call = message.content.find((part) => part.type === "tool-call");
  if (call === undefined) return "";
  const text = [...(typeof call.input === "string" ? oneLine(call.input) : jsonLine(call.input))];
  return text.length <= shownArguments
    ? text.join("")
    : `${text.slice(0, shownArguments).join("")}…`;
}
