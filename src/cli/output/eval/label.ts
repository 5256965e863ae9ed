import type { LabelRow } from "../../../evals/production/label-file.ts";
import { multiLine, oneLine } from "../clean.ts";
import { paint } from "../terminal.ts";

/** An output with what it answers, as somebody is shown it who labels it. */
export function renderLabelRow(row: LabelRow, place: number, of: number): string {
  const blocks = [
    ["input", row.input],
    ["expected", row.expected],
    ["output", row.output],
  ] as const;
  return [
    "",
    paint("bold", `${place} of ${of}  ${oneLine(String(row.id ?? ""))}`),
    ...blocks.flatMap(([title, value]) =>
      value === undefined ? [] : [paint("dim", `── ${title}`), textOf(value)],
    ),
  ].join("\n");
}

function textOf(value: unknown): string {
  if (typeof value === "string") return multiLine(value);
  const said = Array.isArray(value) ? value.map(saidIn) : [undefined];
  const isConversation = said.length > 0 && said.every((text) => text !== undefined);
  return multiLine(isConversation ? said.join("\n") : JSON.stringify(value, null, 2));
}

/** A message of text alone as `user: …`. */
function saidIn(message: unknown): string | undefined {
  if (typeof message !== "object" || message === null) return undefined;
  const { role, content } = message as { role?: unknown; content?: unknown };
  return typeof role === "string" && typeof content === "string"
    ? `${role}: ${content}`
    : undefined;
}
