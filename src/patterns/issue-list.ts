import { issueText, type OutputIssue } from "../errors.ts";

const most = { issues: 20, characters: 300 } as const;

/** What is wrong with a model's output, as the model is told: a line for each issue, and of very many the first. */
export function issueList(issues: readonly OutputIssue[]): string {
  const lines = issues.slice(0, most.issues).map((issue) => `- ${shortened(issueText(issue))}`);
  const more = issues.length - lines.length;
  return (more > 0 ? [...lines, `- and ${more} more`] : lines).join("\n");
}

function shortened(text: string): string {
  if (text.length <= most.characters) return text;
  return `${text.slice(0, most.characters).toWellFormed()}…`;
}
