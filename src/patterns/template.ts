import { isTemplate, type Skeleton, type Template, templateOf } from "../call/template.ts";
import { InvalidRequest } from "../errors.ts";

type Plain = string | number | bigint | boolean;

/** A variable, best with its name: `${{ ticket }}`; or another template, whose fixed words are part of this one. */
export type TemplateValue =
  | Plain
  | Template
  | { readonly [name: string]: Plain | Template | undefined };

/**
 * A prompt whose fixed words are known apart from its variables, so that a change of its wording is seen by
 * `seam eval --check`. Taken wherever a text of a prompt is: `prompt`, `system`, the content of messages.
 *
 * @example
 * const { text } = await seam.complete("classify", { prompt: template`Classify this ticket: ${{ ticket }}` });
 * @throws InvalidRequest for a variable that is no text, number, boolean or template
 */
export function template(
  strings: TemplateStringsArray,
  ...values: readonly TemplateValue[]
): Template {
  const pieces = strings.flatMap((_, index): Piece[] => {
    const fixed = fixedPiece(strings, index);
    return index < values.length ? [fixed, pieceOf(values[index], index)] : [fixed];
  });
  const text = pieces.map((piece) => piece.text).join("");
  return templateOf(text, pieces.reduce(joined, nothing));
}

interface Piece extends Skeleton {
  readonly text: string;
}

const nothing: Skeleton = { literals: [""], variables: [] };

function fixedPiece(strings: TemplateStringsArray, index: number): Piece {
  const text: unknown = strings[index];
  if (typeof text === "string") return { text, literals: [text], variables: [] };
  throw new InvalidRequest(
    `The template has an escape that is none: ${JSON.stringify(strings.raw[index])}. Write \\\\ for a backslash`,
  );
}

function pieceOf(given: unknown, index: number): Piece {
  const { name, value } = variableOf(given);
  if (isTemplate(value)) return value;
  if (["string", "number", "bigint", "boolean"].includes(typeof value)) {
    return { text: String(value), literals: ["", ""], variables: [name] };
  }
  const what = name === "" ? `number ${index + 1}` : JSON.stringify(name);
  throw new InvalidRequest(
    `The variable ${what} of a template is ${kindOf(value)}: give a text, a number, a boolean or another template, with its name as in \${{ ticket }}`,
  );
}

function variableOf(given: unknown): { readonly name: string; readonly value: unknown } {
  if (typeof given !== "object" || given === null || isTemplate(given)) {
    return { name: "", value: given };
  }
  const [[name, value] = ["", given], ...others] = Object.entries(given);
  return others.length === 0 && !Array.isArray(given)
    ? { name, value }
    : { name: "", value: given };
}

function kindOf(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** One behind the other: the fixed words that meet become one text. */
function joined(first: Skeleton, second: Skeleton): Skeleton {
  const [meeting = "", ...others] = second.literals;
  return {
    literals: [...first.literals.slice(0, -1), (first.literals.at(-1) ?? "") + meeting, ...others],
    variables: [...first.variables, ...second.variables],
  };
}
