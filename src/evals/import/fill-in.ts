/** A text with holes: one literal more than there are variables. */
export interface HoledText {
  readonly literals: readonly string[];
  readonly variables: readonly string[];
}

/** What a mark holds never begins another one, so that a text is read once. */
const marks =
  /\{\{((?:(?!\}\}|\{\{)[\s\S])*)\}\}|\{%(?:(?!%\}|\{%)[\s\S])*%\}|\{#(?:(?!#\}|\{#)[\s\S])*#\}/g;
const plainName = /^([\p{L}_][\p{L}\p{N}_-]*)$/u;

/** The environment, and what would set a prototype. */
const notVariables: ReadonlySet<string> = new Set(["env", "__proto__"]);

/** A template of Nunjucks, as far as it is text and variables; a string says what more it holds. */
export function holesOf(text: string): HoledText | string {
  const literals: string[] = [];
  const variables: string[] = [];
  let end = 0;
  for (const { 0: mark, 1: expression, index } of text.matchAll(marks)) {
    const name = expression === undefined ? undefined : plainName.exec(expression.trim())?.[1];
    if (name === undefined || notVariables.has(name))
      return mark.length > 60 ? `${mark.slice(0, 60)}…` : mark;
    literals.push(text.slice(end, index));
    variables.push(name);
    end = index + mark.length;
  }
  return { literals: [...literals, text.slice(end)], variables };
}

/** What may stand in a hole of a prompt. */
export type PromptVariable = string | number | boolean;

export type Vars = Readonly<Record<string, PromptVariable>>;

/** All texts in a value with their variables filled in; `refused` hears of what more than a variable stands there. */
export function filledIn(value: unknown, vars: Vars, refused: (mark: string) => void): unknown {
  if (typeof value === "string") {
    const holes = holesOf(value);
    if (typeof holes !== "string") return fill(holes, vars);
    refused(holes);
    return value;
  }
  if (Array.isArray(value)) return value.map((one) => filledIn(one, vars, refused));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, filledIn(one, vars, refused)]),
  );
}

/** Nunjucks writes nothing for a variable that is not there. */
function fill({ literals, variables }: HoledText, vars: Vars): string {
  return literals
    .map((literal, index) => {
      const name = variables[index];
      const has = name !== undefined && Object.hasOwn(vars, name);
      return has ? `${literal}${vars[name]}` : literal;
    })
    .join("");
}
