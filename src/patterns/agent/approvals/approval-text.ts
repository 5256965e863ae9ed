import { formatDuration } from "../../../util/duration.ts";
import { exactJson, exactLine } from "../../../util/exact.ts";
import { toPlain } from "../gate/plain.ts";
import type { PendingApproval } from "../options.ts";

/** What somebody must know who agrees: the tool, the reason, and every character of the arguments. Safe to print. */
export function approvalText({
  tool,
  effect,
  reason,
  input,
  runId,
  expiresAt,
}: PendingApproval): string {
  const left = expiresAt.getTime() - Date.now();
  return [
    `${exactLine(tool)} (${effect}) needs approval: ${exactLine(reason)}`,
    `  run      ${exactLine(runId)}`,
    `  expires  ${left > 0 ? `in ${formatDuration(left)}` : expiresAt.toISOString()}`,
    `  arguments`,
    ...argumentsText(input)
      .split("\n")
      .map((line) => `    ${line}`),
  ].join("\n");
}

function argumentsText(input: unknown): string {
  return input === undefined ? "(not kept)" : exactJson(toPlain(input));
}
