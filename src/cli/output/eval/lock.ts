import type { LockFinding } from "../../../evals/lock/check.ts";
import { promptParts } from "../../../evals/lock/check.ts";
import { byName } from "../../../evals/lock/file.ts";
import type { LockedPrompt } from "../../../evals/lock/lock.ts";
import { multiLine, oneLine } from "../clean.ts";
import { paint } from "../terminal.ts";
import { diffLines, painted } from "./case.ts";

/**
 * A finding for people: what is not covered, what has changed, and what to run.
 *
 * @param fileOf - The eval file of a suite
 */
export function renderFinding(finding: LockFinding, fileOf: (suite: string) => string): string {
  const { title, lines, suites } = wordsOf(finding);
  const files = [...new Set(suites.map(fileOf))];
  return [
    paint("red", title),
    ...lines.map((line) => `  ${line}`.trimEnd()),
    ...files.map((file) => `  Evaluate it: seam eval ${quoted(oneLine(file))}`),
  ].join("\n");
}

/** As a shell takes it for one word. */
function quoted(word: string): string {
  return /^[\w./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

interface Words {
  readonly title: string;
  readonly lines: readonly string[];
  readonly suites: readonly string[];
}

function wordsOf(finding: LockFinding): Words {
  if (finding.kind === "unevaluated") {
    return { title: title(finding), lines: changes(finding), suites: finding.suites };
  }
  const suites = [finding.suite];
  const suite = oneLine(finding.suite);
  switch (finding.kind) {
    case "new-suite":
      return { title: `The suite ${suite} was never evaluated`, lines: [], suites };
    case "no-prompts": {
      const { failure } = finding;
      const why =
        failure === null
          ? "asks no model any more, or catches what fails before one is asked"
          : "fails before a model is asked";
      const title = `The suite ${suite} ${why}, so that nothing can be said of its prompts`;
      return { title, lines: failure === null ? [] : [oneLine(failure)], suites };
    }
    case "reworded": {
      const title = `${oneLine(finding.task)}: a prompt that ${suite} sends has other words for the same cases`;
      const advice = "Written with template`…`, its words would be known apart from its data.";
      return { title, lines: [...changed(finding.before, finding.after), advice], suites };
    }
  }
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
      return JSON.stringify(byName(prompt[part]), undefined, 2);
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
