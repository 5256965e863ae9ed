import type { ToolRecord } from "../../call/tool-record.ts";
import type { CallEvent } from "../../events.ts";
import type { StoredApproval } from "../../state/runs.ts";
import { nameOf } from "./call-name.ts";
import { oneLine } from "./clean.ts";
import { moment } from "./format.ts";
import { paint } from "./terminal.ts";

/** The calls of tools that did not simply run, each with what stopped it, who decided, and what was said. */
export function heldLines(
  events: readonly CallEvent[],
  approvals: readonly StoredApproval[],
  now: number = Date.now(),
): string[] {
  const lines = events.flatMap((event) => {
    const reasons = reasonsOf(event, approvals, now);
    return reasons.length === 0
      ? []
      : [`  ${nameOf(event)}`, ...reasons.map((line) => `    ${line}`)];
  });
  return lines.length === 0 ? [] : ["", paint("bold", "Held back, decided, or failed"), ...lines];
}

function reasonsOf(
  { tool, errorCode, errorMessage }: CallEvent,
  approvals: readonly StoredApproval[],
  now: number,
): string[] {
  if (tool === null) return [];
  const { outcome, stoppedBy, reason, approval } = tool;
  const lines: string[] = [];
  if (outcome !== "done" || reason !== null) {
    const by = stoppedBy === null ? "" : ` (${stoppedBy})`;
    lines.push(`${outcome}${by}${reason === null ? "" : `: ${reason}`}`);
  }
  const asked = approvals.find(
    ({ id, tool: name, toolCallId }) =>
      id === approval?.id || (name === tool.name && toolCallId === tool.toolCallId),
  );
  if (asked !== undefined) lines.push(`approval ${approvalText(asked, now)}`);
  else if (approval !== null) lines.push(`approval ${decidedText(approval)}`);
  if (errorMessage !== null && errorMessage !== reason) lines.push(`${errorCode}: ${errorMessage}`);
  return lines.map(oneLine);
}

/** Who decided, as the event of the call has it. */
export function decidedText({ id, approved, by }: NonNullable<ToolRecord["approval"]>): string {
  return `${id}: ${approved ? "approved" : "denied"} by ${by}`;
}

function approvalText({ id, decision, expiresAt }: StoredApproval, now: number): string {
  if (decision === null) {
    return `${id}: ${expiresAt > now ? "waits until" : "expired"} ${moment(expiresAt)}`;
  }
  const note = decision.note === null ? "" : `: ${decision.note}`;
  return `${decidedText({ id, ...decision })}, ${moment(decision.at)}${note}`;
}
