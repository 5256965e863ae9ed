import { SeamError } from "../../call/seam-error.ts";
import { defaults } from "../../config/defaults.ts";
import { DeadlineExceeded } from "../../errors.ts";
import type { ApprovalRequest, StoredRun } from "../../state/runs.ts";
import { kept } from "../kept.ts";
import { Busy } from "../run-errors.ts";
import { toPlain } from "./gate/plain.ts";
import type { WaitingOpenCall } from "./open-call.ts";
import type { Run, RunParts } from "./run.ts";
import { type RunPoint, snapshotOf } from "./snapshot.ts";

const finalCodes: ReadonlySet<string> = new Set([
  "StepLimit",
  "Refused",
  "Truncated",
  "InvalidOutput",
]);

/** Whether the same run would only end the same way again. */
function isFinal(error: unknown): boolean {
  if (error instanceof DeadlineExceeded) return error.limit === "run";
  return SeamError.is(error) && finalCodes.has(error.code);
}

/** How a run is kept from one part to the next. */
export class KeptRun {
  readonly #parts: RunParts;
  readonly #holder: string | null;

  /** @param holder who has claimed the run in the store; `null` for one that is not there */
  constructor(parts: RunParts, holder: string | null) {
    this.#parts = parts;
    this.#holder = holder;
  }

  async paused(run: Run, waiting: readonly WaitingOpenCall[]): Promise<void> {
    const { runId, task } = this.#parts;
    const createdAt = Date.now();
    const approvals = waiting.map(({ toolCallId, waitsFor }): ApprovalRequest => {
      const { id, tool, effect, input, hash, reason, expiresAt } = waitsFor;
      return {
        ...{ id, runId, task, tool, effect, toolCallId, reason, createdAt },
        input: JSON.stringify(toPlain(input)),
        inputHash: hash,
        expiresAt: expiresAt.getTime(),
      };
    });
    await this.#keep(run, run.point(), approvals);
  }

  async answered(run: Run): Promise<void> {
    await this.#end(run);
  }

  /**
   * A run that was resumed can be resumed again after an error that may pass: with what it has done since, where
   * nothing was under way; else from its pause, and then its tools are given the same idempotency keys again.
   */
  async failed(run: Run, error: unknown): Promise<void> {
    if (this.#holder === null) return;
    try {
      if (isFinal(error)) await this.#end(run);
      else await this.#keep(run, canGoOn(run) ? run.point() : this.#parts.from, []);
    } catch {
      // The hold ends by itself, and the run is as it was: the first error says more than this one.
    }
  }

  async #keep(
    run: Run,
    point: Omit<RunPoint, "segments">,
    approvals: readonly ApprovalRequest[],
  ): Promise<void> {
    const { runId, task, from, runtime } = this.#parts;
    const segments = this.#segmentsWith(run);
    const lastExpiry = Math.max(Date.now(), ...approvals.map(({ expiresAt }) => expiresAt));
    const stored: StoredRun = {
      ...{ id: runId, task, segments, createdAt: from.createdAt },
      snapshot: snapshotOf({ ...point, segments }, task),
      keptUntil: lastExpiry + defaults.pausedRunKeepMs,
    };
    const isKept = await kept(
      "The run has to pause, and could not be stored",
      () => runtime.runs.pause(stored, approvals, this.#holder),
      { task },
    );
    if (!isKept) throw lostHold(runId, task);
  }

  async #end(run: Run): Promise<void> {
    const { runId, task, runtime } = this.#parts;
    const holder = this.#holder;
    if (holder === null) return;
    const keepContent = runtime.rulesOf(task).content.kept === "full";
    const end = { runId, holder, segments: this.#segmentsWith(run), keepContent };
    const place = { task };
    const isKept = await kept(
      "The end of the run could not be stored",
      () => runtime.runs.end(end),
      place,
    );
    if (!isKept) throw lostHold(runId, task);
  }

  #segmentsWith(run: Run): string[] {
    return [...this.#parts.from.segments, run.segment.id];
  }
}

/** Not from calls that wait for approvals which were never stored: nobody could decide about them. */
function canGoOn(run: Run): boolean {
  return run.isWhole && run.point().waiting.length === 0;
}

/** What a process is told whose hold on a run has ended before its work had. */
export function lostHold(runId: string, task: string): Busy {
  return new Busy(
    `The hold on the run ${runId} was lost: another process may have gone on with it`,
    {
      task,
    },
  );
}
