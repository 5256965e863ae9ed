/** A schema that is an object. */
export type SchemaObject = Readonly<Record<string, unknown>>;

const limits = [
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "exclusiveMaximum",
  "multipleOf",
  "minLength",
  "maxLength",
  "pattern",
  "format",
  "minItems",
  "maxItems",
  "uniqueItems",
  "minProperties",
] as const;

const keywordOf = new Map<string, string>(
  limits.flatMap((limit) => [
    [limit, limit],
    [limit.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`), limit],
  ]),
);

const names = [...keywordOf.keys()].join("|");
const beginning = new RegExp(`^\\{?(?:${names}): `);
const boundary = new RegExp(`[;,] (?=(?:${names}): )`);

/**
 * Adds the limits that a schema states only in its description. Client libraries move limits there
 * when a provider's JSON mode does not enforce them, as `minimum: 1; max length: 20.` or
 * `{minimum: 1, maxLength: 20}`; a model reads them, and so does the simulator.
 */
export function withDescribedLimits(schema: SchemaObject): SchemaObject {
  if (typeof schema.description !== "string") return schema;
  const line = schema.description.split("\n").at(-1) ?? "";
  if (!beginning.test(line)) return schema;
  const stated = line
    .replace(/^\{(.*)\}$|^(.*)\.$/s, "$1$2")
    .split(boundary)
    .map(readLimit)
    .filter(([keyword]) => keyword !== undefined);
  return { ...Object.fromEntries(stated), ...schema };
}

function readLimit(text: string): [keyword: string | undefined, value: unknown] {
  const colon = text.indexOf(": ");
  const value = text.slice(colon + 2);
  return [keywordOf.get(text.slice(0, colon)), parsed(value)];
}

function parsed(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
