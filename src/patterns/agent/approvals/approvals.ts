import { InvalidRequest } from "../../../errors.ts";
import type { RunStore } from "../../../state/runs.ts";
import { sleep } from "../../../util/abort.ts";
import { kept } from "../../kept.ts";
import { decisionLimits } from "../ask-approver.ts";
import { hashOfCall } from "../gate/call-hash.ts";
import { type Approval, approvalOf } from "./approval.ts";

export interface ListApprovals {
  /** The approval's id, or the beginning of it. */
  readonly id?: string | undefined;
  readonly task?: string | undefined;
  readonly runId?: string | undefined;
  /** Also those that are decided or have expired. Default: only those that wait. */
  readonly all?: boolean | undefined;
}

export interface DecideOptions {
  /** Who decides, e.g. an e-mail address; 1 to 200 characters. Kept, and shown in the run's trace. */
  readonly by: string;
  /** Up to 2000 characters. Where it is denied, the model is told. */
  readonly note?: string | undefined;
}

/** Calls of tools that wait for somebody to agree, of all processes that share the store. */
export interface Approvals {
  /** The newest first. */
  list(options?: ListApprovals): Promise<Approval[]>;
  /**
   * Agrees to one call of a tool with exactly its arguments; `agent.resume(runId)` then runs it.
   *
   * @throws InvalidRequest for one that is unknown, was decided before, or has expired; StoreUnavailable
   */
  approve(id: string, options: DecideOptions): Promise<Approval>;
  /** Refuses: the tool is not run, and the model is told the note. Throws what `approve` throws. */
  deny(id: string, options: DecideOptions): Promise<Approval>;
  /**
   * Resolves with the run's approvals when none of them waits any more: decided here or in another process, or expired.
   *
   * @throws InvalidRequest for a run that never waited, StoreUnavailable; the signal's reason when it aborts
   */
  wait(runId: string, options?: { readonly signal?: AbortSignal | undefined }): Promise<Approval[]>;
}

/** How often `wait` looks into the store: soon at first, then seldom. */
const looks = { firstMs: 100, factor: 1.5, lastMs: 2_000 } as const;

export function approvalsIn(runs: RunStore): Approvals {
  const stored = (filter: Parameters<RunStore["approvals"]>[0]) =>
    kept("Approvals could not be read", () => runs.approvals(filter));

  async function list(options: ListApprovals = {}): Promise<Approval[]> {
    const { all = false, ...filter } = options;
    const pendingAt = all ? undefined : Date.now();
    return (await stored({ ...filter, pendingAt })).map(approvalOf).reverse();
  }

  async function decide(approved: boolean, id: string, options: DecideOptions): Promise<Approval> {
    checkId(id, "an approval");
    const { by, note = null } = checkDecision(options);
    if (approved) await checkArguments(id);
    const deciding = await kept("The decision could not be kept", () =>
      runs.decide(id, { approved, by, note }),
    );
    if (deciding.kind === "unknown") throw unknownApproval(id);
    const approval = approvalOf(deciding.approval);
    if (deciding.kind === "taken") return approval;
    throw new InvalidRequest(refusalOf(approval), { task: approval.task });
  }

  /** What was shown to whoever approves must be what the run waits for. */
  async function checkArguments(id: string): Promise<void> {
    const found = await stored({ id });
    const approval = found.map(approvalOf).find((one) => one.id === id);
    if (approval?.status !== "waiting") return;
    const { tool, input, inputHash, task } = approval;
    if (hashOfCall(tool, input) === inputHash) return;
    const summary = `The stored arguments of approval ${id} are not those that it was asked for`;
    throw new InvalidRequest(`${summary}: somebody has changed them in the store. Deny it`, {
      task,
    });
  }

  async function wait(
    runId: string,
    { signal = new AbortController().signal }: Parameters<Approvals["wait"]>[1] = {},
  ): Promise<Approval[]> {
    checkId(runId, "a run");
    for (let pauseMs: number = looks.firstMs; ; pauseMs = nextPause(pauseMs)) {
      signal.throwIfAborted();
      const approvals = await list({ runId, all: true });
      if (approvals.length === 0) {
        throw new InvalidRequest(`No run ${JSON.stringify(runId)} has waited for approval`);
      }
      if (approvals.every(({ status }) => status !== "waiting")) return approvals;
      await sleep(pauseMs, signal);
    }
  }

  return {
    list,
    approve: (id, options) => decide(true, id, options),
    deny: (id, options) => decide(false, id, options),
    wait,
  };
}

function nextPause(pauseMs: number): number {
  return Math.min(looks.lastMs, pauseMs * looks.factor);
}

/** Without this, no id at all would mean all of them. */
function checkId(id: unknown, of: string): void {
  if (typeof id === "string" && id !== "") return;
  throw new InvalidRequest(`Give the id of ${of}`);
}

function checkDecision(options: DecideOptions | undefined): DecideOptions {
  const { by, note } = options ?? {};
  const isText = (value: unknown, most: number): value is string =>
    typeof value === "string" && value.length <= most && value.trim() !== "";
  if (!isText(by, decisionLimits.by)) {
    throw new InvalidRequest(
      `\`by\` must name who decides, in 1 to ${decisionLimits.by} characters`,
    );
  }
  if (note !== undefined && !isText(note, decisionLimits.note)) {
    throw new InvalidRequest(`\`note\` must be a text of 1 to ${decisionLimits.note} characters`);
  }
  return { by, note };
}

function unknownApproval(id: string): InvalidRequest {
  return new InvalidRequest(`There is no approval ${JSON.stringify(id)}`);
}

function refusalOf({ id, status, decision, expiresAt }: Approval): string {
  if (decision === null) {
    return `Approval ${id} has expired, at ${expiresAt.toISOString()}: resume the run, and what it asked for is denied`;
  }
  return `Approval ${id} was ${status} before, by ${decision.by} at ${decision.at.toISOString()}`;
}
