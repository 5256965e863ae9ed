import type { ToolEffect } from "../call/tool-record.ts";

/** A run of an agent that waits for approval; all times are milliseconds since the epoch. */
export interface StoredRun {
  readonly id: string;
  readonly task: string;
  readonly createdAt: number;
  /** The events of the run's parts: one up to each pause. */
  readonly segments: readonly string[];
  /** What the run goes on from, as JSON; only the agent reads it. */
  readonly snapshot: string;
  /** A run that has not gone on by then is forgotten. */
  readonly keptUntil: number;
}

/** A call of a tool that waits for somebody to agree. */
export interface ApprovalRequest {
  readonly id: string;
  readonly runId: string;
  readonly task: string;
  readonly tool: string;
  readonly effect: ToolEffect;
  readonly toolCallId: string;
  /** The exact arguments, as JSON. */
  readonly input: string;
  /** SHA-256 of tool and arguments: the approval is for these and no others. */
  readonly inputHash: string;
  /** Why somebody must agree. */
  readonly reason: string;
  readonly createdAt: number;
  readonly expiresAt: number;
}

export interface ApprovalDecision {
  readonly approved: boolean;
  /** Who decided. */
  readonly by: string;
  /** What the decider had to say; where it is denied, the model is told. */
  readonly note: string | null;
  readonly at: number;
}

/** As a decider gives it; the store notes the time. */
export type NewDecision = Omit<ApprovalDecision, "at">;

export interface StoredApproval extends Omit<ApprovalRequest, "input"> {
  /** `null` once the run has ended and its content is not to be kept. */
  readonly input: string | null;
  /** `null`: nobody has decided; once `expiresAt` is past, nobody can. */
  readonly decision: ApprovalDecision | null;
}

export interface ApprovalFilter {
  /** The approval's id, or the beginning of it. */
  readonly id?: string | undefined;
  readonly runId?: string | undefined;
  readonly task?: string | undefined;
  /** Only those that can still be decided at this time. */
  readonly pendingAt?: number | undefined;
}

/**
 * What became of an attempt to take a run. `approvals`: what it waited for at its last pause. `held`: another
 * process works on it.
 */
export type Claim =
  | { readonly kind: "claimed"; readonly run: StoredRun; readonly approvals: StoredApproval[] }
  | { readonly kind: "unknown" | "ended" }
  | { readonly kind: "held"; readonly until: number };

/** What became of a decision. `decided`: somebody had decided before. */
export type Deciding =
  | { readonly kind: "taken"; readonly approval: StoredApproval }
  | { readonly kind: "decided" | "expired"; readonly approval: StoredApproval }
  | { readonly kind: "unknown" };

export interface RunEnd {
  readonly runId: string;
  readonly holder: string;
  readonly segments: readonly string[];
  /** `false`: of its approvals, arguments, reasons and notes are forgotten as well, not who decided what and when. */
  readonly keepContent: boolean;
}

/**
 * Keeps runs that wait for approval, over restarts and between processes. Every method is one transaction, and rejects
 * when the store cannot be read or written: what is not kept must not be taken for kept.
 */
export interface RunStore {
  /**
   * Keeps a run with what it waits for, and gives it back. `holder`: who had claimed it; `null` where it pauses for the
   * first time. `false`: nothing was kept, since the hold was lost, or a run of this id is there already.
   */
  pause(
    run: StoredRun,
    approvals: readonly ApprovalRequest[],
    holder: string | null,
  ): Promise<boolean>;
  /**
   * Takes a paused run, so that no other process does while `leaseMs` last. `holder` is the id of the part that begins; one
   * whose process died, so that it never gave the run back, stays one of the run's parts.
   */
  claim(runId: string, holder: string, leaseMs: number): Promise<Claim>;
  /** Prolongs the hold; `false`: it was lost. */
  renew(runId: string, holder: string, leaseMs: number): Promise<boolean>;
  /** Gives the run back as it was; a hold that was lost is left to who has it now. */
  release(runId: string, holder: string): Promise<void>;
  /**
   * The run is over: what it would go on from is forgotten, its parts and approvals stay known; what nobody has decided
   * expires. `false`: the hold was lost, and nothing was changed.
   */
  end(end: RunEnd): Promise<boolean>;
  /** The events of a run's parts; `undefined` for a run that never paused. */
  segments(runId: string): Promise<readonly string[] | undefined>;
  /** The oldest first. */
  approvals(filter: ApprovalFilter): Promise<StoredApproval[]>;
  /** Decides, once and before it expires. */
  decide(approvalId: string, decision: NewDecision): Promise<Deciding>;
}
