import type { LockFinding } from "../../../evals/lock/check.ts";
import { promptParts } from "../../../evals/lock/check.ts";
import type { LockedPrompt } from "../../../evals/lock/lock.ts";
import { multiLine, oneLine } from "../clean.ts";
import { counted } from "../format.ts";
import { paint } from "../terminal.ts";
import { diffLines, painted } from "./case.ts";

/** A finding for people: what is not covered, what has changed, and what to run. */
export function renderFinding(finding: LockFinding): string {
  switch (finding.kind) {
    case "new-suite":
      return block(`The suite ${oneLine(finding.suite)} was never run`, [], [finding.suite]);
    case "no-prompts":
      return block(
        `The suite ${oneLine(finding.suite)} fails before a model is asked`,
        [oneLine(finding.failure)],
        [finding.suite],
      );
    case "reworded":
      return block(
        `${oneLine(finding.task)}: a prompt in ${oneLine(finding.suite)} has other words for the same cases`,
        [
          ...changed(finding.before, finding.after),
          "Written with template`…`, its words would be known apart from its data.",
        ],
        [finding.suite],
      );
    case "unevaluated":
      return block(title(finding), changes(finding), finding.suites);
  }
}

function block(title: string, lines: readonly string[], suites: readonly string[]): string {
  const filters = suites.map((suite) => `seam eval --suite '${suite}'`);
  return [
    paint("red", title),
    ...lines.map((line) => `  ${line}`.trimEnd()),
    `  Evaluate it: ${oneLine(filters.join(" and "))}`,
  ].join("\n");
}

type Unevaluated = Extract<LockFinding, { kind: "unevaluated" }>;

function title({ task, suites, evaluatedBy, fingerprint }: Unevaluated): string {
  const by = suites.map((suite) => oneLine(suite)).join(", ");
  const others =
    evaluatedBy.length === 0
      ? "was never evaluated"
      : `was evaluated by ${evaluatedBy.map((suite) => oneLine(suite)).join(", ")} alone`;
  return `${oneLine(task)}: the prompt ${fingerprint.slice(0, 16)}, which ${by} ${suites.length === 1 ? "sends" : "send"}, ${others}`;
}

function changes({ prompt, nearest, evaluatedBy }: Unevaluated): string[] {
  if (evaluatedBy.length > 0) return [];
  if (nearest === null) return ["No prompt of this task was evaluated."];
  return promptParts.flatMap((part) => {
    const [before, after] = [textOfPart(nearest, part), textOfPart(prompt, part)];
    if (before === after) return [];
    if (part === "target") return [`model   ${oneLine(before)} → ${oneLine(after)}`];
    return [`${names[part]}`, ...changed(before, after).map((line) => `  ${line}`)];
  });
}

const names = {
  system: "system",
  messages: "messages",
  tools: "tools",
  output: "schema",
  settings: "settings",
} as const;

function textOfPart(
  prompt: Omit<LockedPrompt, "evaluated">,
  part: keyof typeof names | "target",
): string {
  switch (part) {
    case "target":
      return prompt.target;
    case "system":
      return prompt.system.join("\n\n");
    case "messages":
      return prompt.messages.map(({ role, text }) => `[${role}]\n${text}`).join("\n\n");
    default:
      return JSON.stringify(prompt[part], undefined, 2);
  }
}

/** Lines round a change that are shown with it. */
const context = 2;

/** Two texts as a diff has them, without what is far from any change. */
function changed(before: string, after: string): string[] {
  const lines = diffLines(multiLine(before).split("\n"), multiLine(after).split("\n"));
  const isChange = (line: string | undefined): boolean => /^[-+] /.test(line ?? "");
  const shown = lines.map((_, index) =>
    lines.slice(Math.max(0, index - context), index + context + 1).some(isChange),
  );
  const gaps = lines.flatMap((line, index) => {
    if (shown[index] === true) return [painted(line)];
    return shown[index - 1] === false ? [] : ["…"];
  });
  return gaps.length === 0 ? ["…"] : gaps;
}

/** What a check has looked at, in one sentence. */
export function checkedLine(prompts: number, suites: number, cases: number): string {
  return `${counted(prompts, "prompt")} of ${counted(suites, "suite")}, in ${counted(cases, "case")} against simulated replies`;
}
