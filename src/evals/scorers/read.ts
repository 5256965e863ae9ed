/** `value` as text; what is none is refused, with what to do. */
export function text(value: unknown, what: string): string {
  if (typeof value === "string") return value;
  throw new TypeError(`${what} as text, and it is ${kindOf(value)}: ${remedy}`);
}

/** One text, or several. */
export function texts(value: unknown, what: string): readonly string[] {
  const list = typeof value === "string" ? [value] : value;
  if (Array.isArray(list) && list.length > 0 && list.every((one) => typeof one === "string")) {
    return list;
  }
  throw new TypeError(`${what} as texts, and it is ${kindOf(value)}: ${remedy}`);
}

export function list(value: unknown, what: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new TypeError(`${what} as a list, and it is ${kindOf(value)}: ${remedy}`);
}

export function anything(value: unknown): unknown {
  return value;
}

const remedy = "say where it stands, by the options `of` and `expected`";

export function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (!Array.isArray(value))
    return typeof value === "object" ? "an object" : `of type ${typeof value}`;
  return value.length === 0 ? "an empty list" : "a list";
}
