import type { Approval } from "../../patterns/agent/approvals/approval.ts";
import { approvalText } from "../../patterns/agent/approvals/approval-text.ts";
import { toPlain } from "../../patterns/agent/gate/plain.ts";
import { formatDuration } from "../../util/duration.ts";
import { exactLine } from "../../util/exact.ts";
import { jsonLine, oneLine } from "./clean.ts";
import { moment } from "./format.ts";
import { type Column, renderTable } from "./table.ts";
import { paint } from "./terminal.ts";

/** Longer arguments are cut, visibly: `show` has them all. */
const longestCell = 60;

const columns: readonly Column<Approval>[] = [
  { title: "ID", text: ({ id }) => oneLine(id) },
  { title: "TASK", dropOrder: 2, text: ({ task }) => oneLine(task) },
  { title: "TOOL", text: ({ tool }) => oneLine(tool) },
  { title: "EFFECT", dropOrder: 1, text: ({ effect }) => effect },
  { title: "ARGUMENTS", text: ({ input }) => cell(argumentsOf(input)) },
  { title: "REASON", dropOrder: 3, text: ({ reason }) => cell(reason) },
  { title: "STATUS", text: statusOf },
];

export function approvalsTable(approvals: readonly Approval[]): string {
  return renderTable(columns, approvals);
}

export function renderApproval(approval: Approval): string {
  const { id, task, inputHash, decision } = approval;
  const facts = [
    ["status", statusOf(approval)],
    ["task", oneLine(task)],
    ["hash", oneLine(inputHash)],
    ...(decision === null ? [] : [["decided", moment(decision.at.getTime())]]),
    ...(decision?.note == null ? [] : [["note", exactLine(decision.note)]]),
  ];
  return [
    paint("bold", `Approval ${oneLine(id)}`),
    ...facts.map(([name = "", text]) => `  ${paint("dim", name.padEnd(8))} ${text}`),
    "",
    approvalText(approval),
  ].join("\n");
}

export function approvalJson(approval: Approval): string {
  const { input } = approval;
  return jsonLine({ ...approval, input: input === undefined ? null : toPlain(input) });
}

function statusOf({ status, expiresAt, decision }: Approval): string {
  if (decision !== null) return `${status} by ${oneLine(decision.by)}`;
  if (status === "expired") return status;
  return paint("yellow", `expires in ${formatDuration(expiresAt.getTime() - Date.now())}`);
}

function argumentsOf(input: unknown): string {
  return input === undefined ? "(not kept)" : JSON.stringify(toPlain(input));
}

function cell(text: string): string {
  const shown = exactLine(text);
  if (shown.length <= longestCell) return shown;
  return `${shown.slice(0, longestCell)}… (${shown.length} characters)`;
}
