/** What a table has for a target; one with a date or a version suffix is looked up by the name that it starts with. */
export function byModel<Value>(
  table: Readonly<Record<string, Value>>,
  target: string,
): Value | undefined {
  return table[target] ?? table[target.replace(/-(?:\d{8}|\d{4}-\d{2}-\d{2}|latest)$/, "")];
}
