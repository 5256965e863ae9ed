/** Prints a value the way careless models do: a comment, single quotes, trailing commas. */
export function looseJson(value: unknown): string {
  return `// the requested data\n${print(value, "")}`;
}

function print(value: unknown, indent: string): string {
  const inner = `${indent}  `;
  if (typeof value === "string") return quote(value);
  if (Array.isArray(value)) {
    const items = value.map((item) => `${inner}${print(item, inner)},\n`);
    return items.length === 0 ? "[]" : `[\n${items.join("")}${indent}]`;
  }
  if (typeof value === "object" && value !== null) {
    const fields = Object.entries(value).map(
      ([name, field]) => `${inner}${quote(name)}: ${print(field, inner)},\n`,
    );
    return fields.length === 0 ? "{}" : `{\n${fields.join("")}${indent}}`;
  }
  return JSON.stringify(value) ?? "null";
}

function quote(text: string): string {
  const escaped = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'");
  return `'${escaped}'`;
}
