import { type SqlBool, sql } from "kysely";
import type { StoredApproval } from "../../state/runs.ts";
import type { OpenFile } from "./open-file.ts";
import { approvalsIn, segmentsOf } from "./runs.ts";

/** What the store knows of a run that has waited for approval, whether it is over or not. */
export interface RunRecord {
  readonly id: string;
  readonly task: string;
  /** When it first paused, in milliseconds since the epoch. */
  readonly createdAt: number;
  /** `null`: it has not ended. */
  readonly endedAt: number | null;
  /** The events of its parts; the last one may be at work, or its process may have died. */
  readonly segments: readonly string[];
  /** What it waited for, and who decided, the oldest first. */
  readonly approvals: readonly StoredApproval[];
}

/** The run that has this event as one of its parts. */
export async function runOfPart(
  file: Pick<OpenFile, "db" | "connection">,
  part: string,
): Promise<RunRecord | undefined> {
  const row = await file.db
    .selectFrom("runs")
    .select(["id", "task", "created_at", "ended_at", "segments", "holder"])
    .where(
      sql<SqlBool>`holder = ${part} or exists (select 1 from json_each(segments) as part where part.value = ${part})`,
    )
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { id, task, created_at: createdAt, ended_at: endedAt } = row;
  const approvals = approvalsIn(file, { runId: id });
  return { id, task, createdAt, endedAt, segments: segmentsOf(row), approvals };
}
