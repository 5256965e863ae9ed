import { bytesAsText } from "./clean.ts";

/** One line of CSV (RFC 4180), its end included. */
export function csvLine(cells: readonly unknown[]): string {
  return `${cells.map(cell).join(",")}\r\n`;
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") return quoted(harmless(value));
  return quoted(typeof value === "object" ? JSON.stringify(value, bytesAsText) : String(value));
}

/**
 * Spreadsheets take a cell that begins with one of these for a formula, also within quotes: what a model or a user wrote
 * would be run by who opens the file. With an apostrophe in front it is text.
 */
function harmless(text: string): string {
  return /^[=+\-@\t\r\n＝＋－＠]/.test(text) ? `'${text}` : text;
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
