import { styleText } from "node:util";

export type Style = Parameters<typeof styleText>[0];

let toStdout: NodeJS.WriteStream["write"] | undefined;

/** Writes a line to standard output: what was asked for. */
export function print(text = ""): void {
  (toStdout ?? process.stdout.write).call(process.stdout, `${text}\n`);
}

/** From now on, standard output is for `print` alone: what other code says there, e.g. by `console.log`, is a note. */
export function reserveStdout(): void {
  toStdout ??= process.stdout.write;
  process.stdout.write = process.stderr.write.bind(process.stderr);
}

/** Writes a line to standard error: what is said about it, and must not end up in a pipe. */
export function note(text: string): void {
  process.stderr.write(`${styleText("dim", text, { stream: process.stderr })}\n`);
}

/** Colour, on a terminal that shows it and unless NO_COLOR is set. */
export function paint(style: Style, text: string): string {
  return styleText(style, text, { stream: process.stdout });
}

/** Whether a person looks at standard output. */
export function isTerminal(): boolean {
  return process.stdout.isTTY === true;
}

/** Columns of the terminal; without end where there is none. */
export function terminalWidth(): number {
  return (isTerminal() && process.stdout.columns) || Number.POSITIVE_INFINITY;
}
