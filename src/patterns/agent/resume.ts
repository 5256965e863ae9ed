import { defaults } from "../../config/defaults.ts";
import { InvalidRequest } from "../../errors.ts";
import type { Runtime } from "../../runtime.ts";
import type { Claim, StoredApproval } from "../../state/runs.ts";
import { linkAbort } from "../../util/abort.ts";
import { newId } from "../../util/id.ts";
import { kept } from "../kept.ts";
import { Busy } from "../run-errors.ts";
import { approvalOf } from "./approvals/approval.ts";
import type { DecidedCall } from "./desk.ts";
import { drive } from "./drive.ts";
import { type AnyAgent, grantFor } from "./grant-for.ts";
import { lostHold } from "./kept-run.ts";
import type { PausedRun, RunResult } from "./options.ts";
import { type RunPoint, readSnapshot, type WaitingCall } from "./snapshot.ts";

interface Resuming {
  readonly runtime: Runtime;
  readonly task: string;
  readonly options: AnyAgent;
  readonly runId: string;
  readonly signal: AbortSignal | undefined;
}

type Claimed = Extract<Claim, { kind: "claimed" }>;

/** Goes on with a paused run, where everything that it waits for is decided or has expired. */
export async function resumeRun(resuming: Resuming): Promise<RunResult> {
  const { runtime, runId, signal } = resuming;
  // Also the id of the part that begins: it is known for the run's should this process die.
  const holder = newId();
  signal?.throwIfAborted();
  const { run, approvals } = await claim(resuming, holder);
  let isOver = false;
  try {
    const { point, pending } = readPaused(resuming, { run, approvals });
    if (pending.length > 0) return stillPaused(runId, point, pending);
    isOver = true;
    return await goOn(resuming, holder, point, decisionsOn(point, approvals));
  } finally {
    // A hold that is not given back ends by itself.
    if (!isOver) await runtime.runs.release(runId, holder).catch(() => {});
  }
}

async function claim({ runtime, task, runId }: Resuming, holder: string): Promise<Claimed> {
  if (typeof runId !== "string" || runId === "") {
    throw new InvalidRequest("Give the id of a run that has paused", { task });
  }
  const claimed = await kept(
    `The run ${runId} could not be read`,
    () => runtime.runs.claim(runId, holder, defaults.runLeaseMs),
    { task },
  );
  switch (claimed.kind) {
    case "claimed":
      return claimed;
    case "held": {
      const retryAfterMs = Math.max(0, claimed.until - Date.now());
      throw new Busy(`Another process works on the run ${runId}`, { task, retryAfterMs });
    }
    case "ended":
      throw new InvalidRequest(`The run ${runId} has ended`, { task });
    case "unknown":
      throw new InvalidRequest(`There is no paused run ${runId} in the store`, { task });
  }
}

interface Paused {
  readonly point: RunPoint;
  /** What nobody has decided, and still can. */
  readonly pending: readonly StoredApproval[];
}

function readPaused(
  { task, runId }: Resuming,
  { run, approvals }: Pick<Claimed, "run" | "approvals">,
): Paused {
  if (run.task !== task) {
    throw new InvalidRequest(`The run ${runId} is of the task ${run.task}`, { task });
  }
  const now = Date.now();
  return {
    point: { ...readSnapshot(run.snapshot, task), segments: run.segments },
    pending: approvals.filter(({ decision, expiresAt }) => decision === null && expiresAt > now),
  };
}

/** What was decided of each call that waits; what nobody has decided in time is denied. */
function decisionsOn(point: RunPoint, approvals: readonly StoredApproval[]): DecidedCall[] {
  return point.waiting.map((call) => ({ ...call, ...decisionOn(call, approvals) }));
}

function decisionOn(
  { approvalId, hash }: WaitingCall,
  approvals: readonly StoredApproval[],
): Pick<DecidedCall, "approved" | "by" | "note"> {
  const approval = approvals.find(({ id, inputHash }) => id === approvalId && inputHash === hash);
  const decision = approval?.decision ?? null;
  if (decision === null) return { approved: false, by: "nobody", note: "the approval has expired" };
  const { approved, by, note } = decision;
  return { approved, by, note };
}

/** Goes on, and holds the run as long as that lasts. */
async function goOn(
  { runtime, task, options, runId, signal: callers }: Resuming,
  holder: string,
  point: RunPoint,
  decided: readonly DecidedCall[],
): Promise<RunResult> {
  const { controller, unlink } = linkAbort(callers);
  const lose = (): void => controller.abort(lostHold(runId, task));
  const hold = keepHold(runtime, runId, holder, lose);
  try {
    const context = options.context ?? point.context;
    const parts = {
      ...({ runtime, task, runId, segmentId: holder, mode: "generate", decided } as const),
      ...{ tools: options.tools, approve: options.approve, settings: options.settings },
      grant: grantFor(task, options, context),
      rule: runtime.agentRule(task, options.limits),
      from: { ...point, context },
      signal: controller.signal,
      tell: () => {},
    };
    return await drive(parts, holder);
  } finally {
    clearInterval(hold);
    unlink();
  }
}

/** A store that cannot be reached loses nothing yet: the next try comes before the hold has ended. */
function keepHold(
  { runs }: Runtime,
  runId: string,
  holder: string,
  lose: () => void,
): NodeJS.Timeout {
  const renew = async (): Promise<void> => {
    if (!(await runs.renew(runId, holder, defaults.runLeaseMs))) lose();
  };
  return setInterval(() => void renew().catch(() => {}), defaults.runLeaseMs / 3);
}

function stillPaused(
  runId: string,
  { steps, spent, segments, state, ...point }: RunPoint,
  pending: readonly StoredApproval[],
): PausedRun {
  return {
    outcome: "paused",
    approvals: pending.map(approvalOf),
    runId,
    callId: segments.at(-1) ?? runId,
    steps,
    usage: spent.usage,
    cost: spent.cost,
    messages: point.messages.slice(point.given),
    untrusted: state.untrusted !== null,
  };
}
