import type { Selectable } from "kysely";
import type { ToolEffect } from "../../call/tool-record.ts";
import type {
  ApprovalFilter,
  ApprovalRequest,
  Claim,
  Deciding,
  NewDecision,
  RunEnd,
  RunStore,
  StoredApproval,
  StoredRun,
} from "../../state/runs.ts";
import type { Connection } from "./connection.ts";
import type { Kept } from "./kept.ts";
import type { OpenFile } from "./open-file.ts";
import type { ApprovalRow, RunRow } from "./schema.ts";
import { statementOf } from "./statements.ts";

/** Runs that wait for approval, in the SQLite file; several processes may work on one. */
export function sqliteRuns({ read, write }: Kept): RunStore {
  return {
    pause: (run, approvals, holder) => write((file) => pause(file, run, approvals, holder)),
    claim: (runId, holder, leaseMs) => write((file) => claim(file, runId, holder, leaseMs)),
    renew: (runId, holder, leaseMs) =>
      write((file) => change(file, runId, holder, { held_until: Date.now() + leaseMs })),
    release: async (runId, holder) => {
      await write((file) => change(file, runId, holder, free));
    },
    end: (ending) => write((file) => end(file, ending)),
    segments: (runId) =>
      read((file) => {
        const row = runRow(file, runId);
        return row && segmentsOf(row);
      }),
    approvals: (filter) => read((file) => approvalsIn(file, filter)),
    decide: (id, decision) => write((file) => decide(file, id, decision)),
  };
}

/** How many approvals can still be decided, and when the oldest of them was asked for. */
export function waitingApprovals(
  connection: Connection,
  now: number,
): { readonly count: number; readonly oldest: number } {
  const sql =
    "select count(*) as count, min(created_at) as oldest from approvals where approved is null and expires_at > ?";
  const row = connection.first({ sql, values: [now] });
  return { count: Number(row?.["count"] ?? 0), oldest: Number(row?.["oldest"] ?? now) };
}

const free = { holder: null, held_until: null } as const;

function pause(
  file: OpenFile,
  run: StoredRun,
  approvals: readonly ApprovalRequest[],
  holder: string | null,
): boolean {
  const { id, task, createdAt, segments, snapshot, keptUntil } = run;
  const going = { segments: JSON.stringify(segments), snapshot, kept_until: keptUntil };
  if (holder !== null) {
    if (!change(file, id, holder, { ...going, ...free })) return false;
  } else {
    const row: RunRow = { id, task, created_at: createdAt, ...going, ...free, ended_at: null };
    const insert = file.db
      .insertInto("runs")
      .values(row)
      .onConflict((conflict) => conflict.column("id").doNothing());
    if (file.connection.run(statementOf(insert.compile())) === 0) return false;
  }
  for (const approval of approvals) {
    const row = toRow(approval, segments.length);
    file.connection.run(statementOf(file.db.insertInto("approvals").values(row).compile()));
  }
  return true;
}

function claim(file: OpenFile, runId: string, holder: string, leaseMs: number): Claim {
  const row = runRow(file, runId);
  if (row === undefined) return { kind: "unknown" };
  const { id, task, created_at: createdAt, snapshot, kept_until: keptUntil } = row;
  if (snapshot === null) return { kind: "ended" };
  const now = Date.now();
  if (row.held_until !== null && row.held_until > now) {
    return { kind: "held", until: row.held_until };
  }
  const segments = segmentsOf(row);
  const take = file.db
    .updateTable("runs")
    .set({ holder, held_until: now + leaseMs, segments: JSON.stringify(segments) })
    .where("id", "=", runId);
  file.connection.run(statementOf(take.compile()));
  return {
    kind: "claimed",
    run: { id, task, createdAt, segments, snapshot, keptUntil },
    approvals: approvalsIn(file, { runId, isLastPause: true }),
  };
}

function end(file: OpenFile, { runId, holder, segments, keepContent }: RunEnd): boolean {
  const now = Date.now();
  const over = { segments: JSON.stringify(segments), snapshot: null, ended_at: now, ...free };
  if (!change(file, runId, holder, over)) return false;
  const ofRun = file.db.updateTable("approvals").where("run_id", "=", runId);
  const expire = ofRun
    .set({ expires_at: now })
    .where("approved", "is", null)
    .where("expires_at", ">", now);
  file.connection.run(statementOf(expire.compile()));
  if (keepContent) return true;
  const forget = ofRun.set({ input: null, reason: "", note: null });
  file.connection.run(statementOf(forget.compile()));
  return true;
}

function decide(file: OpenFile, id: string, { approved, by, note }: NewDecision): Deciding {
  const row = approvalRow(file, id);
  if (row === undefined) return { kind: "unknown" };
  const now = Date.now();
  if (row.approved !== null) return { kind: "decided", approval: toApproval(row) };
  if (row.expires_at <= now) return { kind: "expired", approval: toApproval(row) };
  const decision = { approved: Number(approved), decided_by: by, note, decided_at: now };
  const take = file.db.updateTable("approvals").set(decision).where("id", "=", id);
  file.connection.run(statementOf(take.compile()));
  return { kind: "taken", approval: toApproval({ ...row, ...decision }) };
}

/** Changes a run that is held; `false`: it is not, or not by this holder. */
function change(
  { db, connection }: OpenFile,
  runId: string,
  holder: string,
  changes: Partial<RunRow>,
): boolean {
  const update = db
    .updateTable("runs")
    .set(changes)
    .where("id", "=", runId)
    .where("holder", "=", holder);
  return connection.run(statementOf(update.compile())) === 1;
}

function runRow({ db, connection }: OpenFile, id: string): Selectable<RunRow> | undefined {
  const query = db.selectFrom("runs").selectAll().where("id", "=", id);
  return connection.first(statementOf(query.compile())) as Selectable<RunRow> | undefined;
}

function approvalRow({ db, connection }: OpenFile, id: string): ApprovalRow | undefined {
  const query = db.selectFrom("approvals").selectAll().where("id", "=", id);
  return connection.first(statementOf(query.compile())) as ApprovalRow | undefined;
}

/** The approvals of a file that match, the oldest first. */
export function approvalsIn(
  { db, connection }: Pick<OpenFile, "db" | "connection">,
  { id, runId, task, pendingAt, isLastPause }: ApprovalFilter & { readonly isLastPause?: true },
): StoredApproval[] {
  let query = db.selectFrom("approvals").selectAll().orderBy("created_at").orderBy("id");
  if (id !== undefined) query = query.where("id", ">=", id).where("id", "<", `${id}\u{10ffff}`);
  if (runId !== undefined) query = query.where("run_id", "=", runId);
  if (task !== undefined) query = query.where("task", "=", task);
  if (isLastPause) {
    query = query.where("part", "=", (of) =>
      of
        .selectFrom("approvals as other")
        .select(({ fn }) => fn.max("other.part").as("last"))
        .whereRef("other.run_id", "=", "approvals.run_id"),
    );
  }
  if (pendingAt !== undefined) {
    query = query.where("approved", "is", null).where("expires_at", ">", pendingAt);
  }
  const rows = connection.all(statementOf(query.compile())) as unknown as ApprovalRow[];
  return rows.map(toApproval);
}

/** The events of a run's parts; the last one of them may be at work. */
export function segmentsOf({ segments, holder }: Pick<RunRow, "segments" | "holder">): string[] {
  const ended: string[] = JSON.parse(segments);
  return holder === null || ended.includes(holder) ? ended : [...ended, holder];
}

function toRow(approval: ApprovalRequest, part: number): ApprovalRow {
  const { id, runId, task, tool, effect, toolCallId, input, inputHash, reason } = approval;
  return {
    id,
    run_id: runId,
    part,
    task,
    tool,
    effect,
    tool_call_id: toolCallId,
    input,
    input_hash: inputHash,
    reason,
    created_at: approval.createdAt,
    expires_at: approval.expiresAt,
    approved: null,
    decided_by: null,
    note: null,
    decided_at: null,
  };
}

function toApproval(row: ApprovalRow): StoredApproval {
  const { id, task, tool, input, reason, approved, decided_by: by, note, decided_at: at } = row;
  const isDecided = approved !== null && by !== null && at !== null;
  return {
    id,
    runId: row.run_id,
    task,
    tool,
    effect: row.effect as ToolEffect,
    toolCallId: row.tool_call_id,
    input,
    inputHash: row.input_hash,
    reason,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    decision: isDecided ? { approved: approved === 1, by, note, at } : null,
  };
}
