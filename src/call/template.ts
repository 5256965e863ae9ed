/** A text whose fixed words are known apart from its variables: what the tag `template` gives. */
export interface Template {
  readonly kind: "llm-seam/template";
  /** As a model reads it. */
  readonly text: string;
  /** The fixed texts: before, between and behind the variables. */
  readonly literals: readonly string[];
  /** The names of the variables; empty for one without a name. */
  readonly variables: readonly string[];
  /** The text, so that a template may stand in any other. */
  toString(): string;
}

/** What a prompt is written in. */
export type Text = string | Template;

/** The fixed words of a text. */
export type Skeleton = Pick<Template, "literals" | "variables">;

/** Also a template of another copy of this package. */
export function isTemplate(value: unknown): value is Template {
  return typeof value === "object" && value !== null && (value as Template).kind === kind;
}

export function plain<Other>(text: Template | Other): string | Other {
  return isTemplate(text) ? text.text : text;
}

const kind = "llm-seam/template";

export function templateOf(text: string, { literals, variables }: Skeleton): Template {
  return { kind, text, literals, variables, toString: () => text };
}

/** The skeleton for people: variables as `{name}`, those without a name by number. */
export function skeletonText({ literals, variables }: Skeleton): string {
  let unnamed = 0;
  const holes = variables.map((name) => `{${name === "" ? ++unnamed : name}}`);
  return literals.map((literal, index) => literal + (holes[index] ?? "")).join("");
}
