import type { ApprovalFilter, RunStore, StoredApproval, StoredRun } from "../../state/runs.ts";

interface Entry {
  readonly run: StoredRun;
  readonly isOver: boolean;
  readonly hold: { readonly holder: string; readonly until: number } | null;
}

interface KeptApproval {
  readonly approval: StoredApproval;
  /** How many parts the run had when it was asked for. */
  readonly part: number;
}

/** Runs that wait for approval, in this process alone: they end with it. */
export function memoryRuns(): RunStore {
  const runs = new Map<string, Entry>();
  const approvals = new Map<string, KeptApproval>();

  const heldBy = (runId: string, holder: string): Entry | undefined => {
    const entry = runs.get(runId);
    return entry?.hold?.holder === holder ? entry : undefined;
  };

  const change = (runId: string, holder: string, changes: Partial<Entry>): boolean => {
    const entry = heldBy(runId, holder);
    if (entry === undefined) return false;
    runs.set(runId, { ...entry, ...changes });
    return true;
  };

  const revise = ({ approval, part }: KeptApproval, changes: Partial<StoredApproval>): void => {
    approvals.set(approval.id, { approval: { ...approval, ...changes }, part });
  };

  const forgetOld = (): void => {
    const now = Date.now();
    for (const [id, { run, hold }] of runs) {
      if (run.keptUntil > now || (hold !== null && hold.until > now)) continue;
      runs.delete(id);
      for (const { approval } of listed(approvals, { runId: id })) approvals.delete(approval.id);
    }
  };

  return {
    pause: async (run, requests, holder) => {
      forgetOld();
      const kept = { ...run, segments: [...run.segments] };
      if (holder !== null) {
        if (!change(run.id, holder, { run: kept, hold: null })) return false;
      } else {
        if (runs.has(run.id)) return false;
        runs.set(run.id, { run: kept, isOver: false, hold: null });
      }
      const part = run.segments.length;
      for (const request of requests) {
        approvals.set(request.id, { approval: { ...request, decision: null }, part });
      }
      return true;
    },
    claim: async (runId, holder, leaseMs) => {
      const entry = runs.get(runId);
      if (entry === undefined) return { kind: "unknown" };
      const { run, isOver, hold } = entry;
      if (isOver) return { kind: "ended" };
      const now = Date.now();
      if (hold !== null && hold.until > now) return { kind: "held", until: hold.until };
      const claimed = { ...run, segments: segmentsOf(entry) };
      runs.set(runId, { ...entry, run: claimed, hold: { holder, until: now + leaseMs } });
      const asked = listed(approvals, { runId });
      const last = Math.max(...asked.map(({ part }) => part));
      const waited = asked.filter(({ part }) => part === last);
      return { kind: "claimed", run: claimed, approvals: waited.map(({ approval }) => approval) };
    },
    renew: async (runId, holder, leaseMs) =>
      change(runId, holder, { hold: { holder, until: Date.now() + leaseMs } }),
    release: async (runId, holder) => {
      change(runId, holder, { hold: null });
    },
    end: async ({ runId, holder, segments, keepContent }) => {
      const entry = heldBy(runId, holder);
      if (entry === undefined) return false;
      const run = { ...entry.run, segments: [...segments], snapshot: "" };
      runs.set(runId, { run, isOver: true, hold: null });
      const now = Date.now();
      for (const kept of listed(approvals, { runId })) {
        const { decision, expiresAt } = kept.approval;
        revise(kept, {
          ...(decision === null && { expiresAt: Math.min(expiresAt, now) }),
          ...(!keepContent && {
            input: null,
            reason: "",
            decision: decision && { ...decision, note: null },
          }),
        });
      }
      return true;
    },
    segments: async (runId) => {
      const entry = runs.get(runId);
      return entry && segmentsOf(entry);
    },
    approvals: async (filter) => listed(approvals, filter).map(({ approval }) => approval),
    decide: async (id, given) => {
      const kept = approvals.get(id);
      if (kept === undefined) return { kind: "unknown" };
      const { approval } = kept;
      const at = Date.now();
      if (approval.decision !== null) return { kind: "decided", approval };
      if (approval.expiresAt <= at) return { kind: "expired", approval };
      const decision = { ...given, at };
      revise(kept, { decision });
      return { kind: "taken", approval: { ...approval, decision } };
    },
  };
}

/** The events of a run's parts; the last one of them may be at work. */
function segmentsOf({ run: { segments }, hold }: Entry): readonly string[] {
  return hold === null || segments.includes(hold.holder) ? segments : [...segments, hold.holder];
}

function listed(
  approvals: ReadonlyMap<string, KeptApproval>,
  { id, runId, task, pendingAt }: ApprovalFilter,
): KeptApproval[] {
  const isWanted = ({ approval }: KeptApproval): boolean =>
    (id === undefined || approval.id.startsWith(id)) &&
    (runId === undefined || approval.runId === runId) &&
    (task === undefined || approval.task === task) &&
    (pendingAt === undefined || (approval.decision === null && approval.expiresAt > pendingAt));
  return [...approvals.values()]
    .filter(isWanted)
    .sort(({ approval: a }, { approval: b }) =>
      a.createdAt === b.createdAt ? (a.id < b.id ? -1 : 1) : a.createdAt - b.createdAt,
    );
}
