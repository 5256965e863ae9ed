/**
 * The list or object that a text is the JSON of; `undefined` for any other text, and for JSON with numbers of more than
 * 16 digits, which would lose some by being read.
 */
export function jsonIn(text: string): object | undefined {
  if (!/^\s*[[{]/.test(text) || /\d{17}/.test(text)) return undefined;
  try {
    return JSON.parse(text) as object;
  } catch {
    return undefined;
  }
}
