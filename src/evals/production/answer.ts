/** What a person may say of an output, as `human.<metric>.value` keeps it. */
export type LabelValue = string | number;

/** What was typed where a label was asked for. */
export type Answer =
  | { readonly kind: "label"; readonly value: LabelValue; readonly note: string | null }
  | { readonly kind: "skip" | "back" | "reject" | "quit" }
  | { readonly kind: "unknown"; readonly why: string };

const commands = ["skip", "back", "reject", "quit"] as const;

/**
 * Reads `good`, `g`, `1` (the first label), `2 too short` (with a note), `:back`. An empty line skips. A label that is
 * a number is meant by that number, not by its place.
 */
export function answerOf(text: string, labels: readonly LabelValue[]): Answer {
  const typed = text.trim();
  if (typed === "") return { kind: "skip" };
  if (typed.startsWith(":")) return commandOf(typed.slice(1));
  // Of `very` and `very good`, the longer one is meant where it was typed.
  const whole = labels
    .filter((label) => beginsWith(typed, String(label)))
    .toSorted((a, b) => String(b).length - String(a).length)[0];
  if (whole !== undefined) return labelled(whole, typed.slice(String(whole).length));
  const [word = "", ...rest] = typed.split(/\s+/);
  const meant = meantBy(word, labels);
  if (meant.length === 1 && meant[0] !== undefined) return labelled(meant[0], rest.join(" "));
  const names = (meant.length === 0 ? labels : meant).map((label) => JSON.stringify(label));
  return { kind: "unknown", why: `${JSON.stringify(word)} is none of ${names.join(", ")}` };
}

function commandOf(word: string): Answer {
  const meant = commands.filter((command) => word !== "" && command.startsWith(word));
  if (meant.length === 1 && meant[0] !== undefined) return { kind: meant[0] };
  return {
    kind: "unknown",
    why: `:${word} is none of ${commands.map((name) => `:${name}`).join(", ")}`,
  };
}

function beginsWith(typed: string, label: string): boolean {
  const [text, wanted] = [typed.toLowerCase(), label.toLowerCase()];
  return text === wanted || (text.startsWith(wanted) && /^\s/.test(text.slice(wanted.length)));
}

function meantBy(word: string, labels: readonly LabelValue[]): LabelValue[] {
  const names = labels.filter((label): label is string => typeof label === "string");
  if (/^\d+$/.test(word)) return names.slice(Number(word) - 1, Number(word)).slice(0, 1);
  return names.filter((label) => label.toLowerCase().startsWith(word.toLowerCase()));
}

function labelled(value: LabelValue, note: string): Answer {
  return { kind: "label", value, note: note.trim() === "" ? null : note.trim() };
}
