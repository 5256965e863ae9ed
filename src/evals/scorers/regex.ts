import { createContext, runInContext } from "node:vm";
import { type Compare, comparing } from "./compare.ts";
import { text } from "./read.ts";

export interface RegexOptions {
  /** Of patterns that are text, e.g. `i`. Default: none. */
  readonly flags?: string | undefined;
}

/**
 * Whether the text matches a regular expression: one of the suite (`expected: /^\d+$/`), or the case's own as text.
 * Patterns are run with a limit of one second, so that one which backtracks without end fails the scorer and not the run.
 *
 * @example regex({ expected: /order #\d{6}/ })
 */
export const regex: Compare<string, string | RegExp, RegexOptions> = comparing({
  name: "regex",
  actual: text,
  wanted: (value, what) => (value instanceof RegExp ? value : text(value, what)),
  check: (options: RegexOptions & { expected?: unknown }) => {
    const { expected } = options;
    if (typeof expected === "string") patternOf(expected, options);
  },
  score: (actual, wanted, options: RegexOptions) => {
    const pattern = patternOf(wanted, options);
    const isMatch = matches(pattern, actual.normalize("NFC"));
    return { score: isMatch ? 1 : 0, reason: isMatch ? undefined : `does not match ${pattern}` };
  },
});

/** Without `g` and `y`: they would make one match depend on the last one. */
function patternOf(pattern: string | RegExp, { flags = "" }: RegexOptions): RegExp {
  const [source, all] =
    typeof pattern === "string"
      ? [pattern.normalize("NFC"), flags]
      : [pattern.source, pattern.flags];
  return new RegExp(source, all.replace(/[gy]/g, ""));
}

const limitMs = 1_000;
const room: { run: () => boolean } = { run: () => false };
let context: object | undefined;

/** V8 ends a match that takes too long only where a script runs with a limit. */
function matches(pattern: RegExp, text: string): boolean {
  context ??= createContext(room);
  room.run = () => pattern.test(text);
  try {
    return runInContext("run()", context, { timeout: limitMs }) === true;
  } catch (cause) {
    if ((cause as { code?: unknown }).code !== "ERR_SCRIPT_EXECUTION_TIMEOUT") throw cause;
    throw new Error(
      `${pattern} took longer than ${limitMs} ms on a text of ${text.length} characters: it backtracks; simplify it`,
      { cause },
    );
  }
}
