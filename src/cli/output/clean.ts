/**
 * What models and users wrote may hold characters that steer a terminal: clear it, hide text, change its title, answer
 * in the user's place. They are shown instead of obeyed.
 */
const steering =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** Text over several lines, made safe to print. */
export function multiLine(text: string): string {
  return text.replaceAll("\r\n", "\n").replace(steering, visible);
}

/** Text made safe to print within one line. */
export function oneLine(text: string): string {
  return multiLine(text)
    .replace(/\s*\n\s*/g, " ⏎ ")
    .replaceAll("\t", " ");
}

/** JSON in one line; a JSON text itself escapes only some of the characters that a terminal obeys. */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value, bytesAsText).replace(steering, escaped);
}

/** For JSON.stringify: bytes as the event store writes them, `{ "$bytes": "<base64>" }`. */
export function bytesAsText(this: Record<string, unknown>, key: string, value: unknown): unknown {
  const raw = this[key];
  return raw instanceof Uint8Array ? { $bytes: Buffer.from(raw).toString("base64") } : value;
}

function visible(character: string): string {
  const code = character.charCodeAt(0);
  return code < 256
    ? `\\x${code.toString(16).padStart(2, "0")}`
    : `\\u${code.toString(16).padStart(4, "0")}`;
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
