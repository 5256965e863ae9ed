import type { CaseResult } from "../../../evals/result/result.ts";
import { multiLine, oneLine } from "../clean.ts";
import { hunksOf } from "../comparison.ts";
import { paint } from "../terminal.ts";
import { answerText, caseScores, inlineOf, reasons, shortened } from "./words.ts";

/** A case is shown to be recognised; reports and the run's file hold all of it. */
const mostOfInput = 160;
const mostOfAnswer = 600;
const mostLines = 12;

/** A case to look at: its scores, why, what was asked, and the answer with what has changed since the baseline. */
export function worstCase(result: CaseResult): string {
  const { id, critical, trial } = result;
  const mark = critical ? paint("red", " critical") : "";
  const scores = caseScores(result).map(oneLine).join(", ");
  return [
    "",
    `${paint("bold", oneLine(id))}${mark}  ${scores}`,
    ...reasons(trial).map((text) => `  ${oneLine(shortened(text, mostOfInput))}`),
    `  ${paint("dim", "input")}  ${oneLine(shortened(inlineOf(trial.input), mostOfInput))}`,
    ...(trial.expected == null
      ? []
      : [
          `  ${paint("dim", "expected")}  ${oneLine(shortened(inlineOf(trial.expected), mostOfInput))}`,
        ]),
    ...answer(result),
  ].join("\n");
}

/** Lines that begin with `-` are the baseline's, those with `+` this run's. */
function answer({ trial, before }: CaseResult): string[] {
  const now = linesOf(answerText(trial));
  const marked =
    before === null
      ? now.map((line) => `  ${line}`)
      : diffLines(linesOf(answerText(before)), now).map(painted);
  const shown = marked.slice(0, mostLines).map((line) => `  ${line}`.trimEnd());
  const rest = marked.length - shown.length;
  return rest > 0 ? [...shown, `    … ${rest} more lines`] : shown;
}

function linesOf(text: string): string[] {
  return multiLine(shortened(text, mostOfAnswer)).split("\n");
}

/** As a unified diff marks lines, all of them. */
export function diffLines(before: readonly string[], after: readonly string[]): string[] {
  return hunksOf(before, after).flatMap((hunk) =>
    hunk.isSame
      ? hunk.after.map((line) => `  ${line}`)
      : [...hunk.before.map((line) => `- ${line}`), ...hunk.after.map((line) => `+ ${line}`)],
  );
}

export function painted(line: string): string {
  if (line.startsWith("- ")) return paint("red", line);
  return line.startsWith("+ ") ? paint("green", line) : line;
}
