import type { StoredApproval } from "../../../state/runs.ts";
import { fromPlain } from "../gate/plain.ts";
import type { PendingApproval } from "../options.ts";

interface AskedApproval extends PendingApproval {
  readonly task: string;
  /** The exact arguments; `undefined` once the run has ended, unless the task's `content` is `full`. */
  readonly input: unknown;
  /** SHA-256 of tool and arguments: what is approved, and nothing else. */
  readonly inputHash: string;
  readonly createdAt: Date;
}

/** Who decided, when, and what they had to say. */
export interface ApprovalDecision {
  readonly by: string;
  readonly note: string | null;
  readonly at: Date;
}

/** A call of a tool that somebody must agree to, or has. */
export type Approval = AskedApproval &
  (
    | { readonly status: "waiting" | "expired"; readonly decision: null }
    | { readonly status: "approved" | "denied"; readonly decision: ApprovalDecision }
  );

/** An approval as it stands now. */
export function approvalOf(stored: StoredApproval): Approval {
  const { id, runId, task, tool, effect, inputHash, reason, decision } = stored;
  const input: unknown = stored.input === null ? undefined : fromPlain(JSON.parse(stored.input));
  const createdAt = new Date(stored.createdAt);
  const expiresAt = new Date(stored.expiresAt);
  const asked = { id, runId, task, tool, effect, input, inputHash, reason, createdAt, expiresAt };
  if (decision === null) {
    const status = stored.expiresAt > Date.now() ? "waiting" : "expired";
    return { ...asked, status, decision: null };
  }
  const { approved, by, note, at } = decision;
  const status = approved ? "approved" : "denied";
  return { ...asked, status, decision: { by, note, at: new Date(at) } };
}
