import { linkAbort, raceAbort } from "../../util/abort.ts";
import type { Approve, PendingApproval } from "./options.ts";
import { beginningOf } from "./tools/cut.ts";

export interface Decided {
  readonly approved: boolean;
  readonly by: string;
  /** What the decider had to say. */
  readonly note: string | null;
  /** Why it is denied when nobody denied it. */
  readonly error?: unknown;
}

/** Characters of a decider's name and of a note, which the model is told. */
export const decisionLimits: { readonly by: number; readonly note: number } = {
  by: 200,
  note: 2_000,
};

/** Who is said to have decided, when the decider gave no name. */
const unnamed = "callback";

/** Asks by a callback. Whatever is no clear consent, in time, is a denial. Rejects only with the signal's reason. */
export async function askApprover(
  approve: Approve,
  approval: PendingApproval,
  signal: AbortSignal,
): Promise<Decided> {
  const { controller, unlink } = linkAbort(signal);
  const expire = (): void => controller.abort(new Error("The approval has expired."));
  const timer = setTimeout(expire, Math.min(approval.expiresAt.getTime() - Date.now(), longestMs));
  const ask = async (): Promise<unknown> => approve(approval, { signal: controller.signal });
  try {
    return decidedBy(await raceAbort(ask(), controller.signal));
  } catch (error) {
    signal.throwIfAborted();
    return { approved: false, by: unnamed, note: null, error };
  } finally {
    clearTimeout(timer);
    unlink();
  }
}

/** Timers hold no longer time. */
const longestMs = 2 ** 31 - 1;

function decidedBy(decision: unknown): Decided {
  if (typeof decision === "boolean") return { approved: decision, by: unnamed, note: null };
  if (typeof decision !== "object" || decision === null) {
    const error = new TypeError("`approve` must give true, false or { approved }");
    return { approved: false, by: unnamed, note: null, error };
  }
  const { approved, by, note } = decision as { approved?: unknown; by?: unknown; note?: unknown };
  return {
    approved: approved === true,
    by: typeof by === "string" && by !== "" ? beginningOf(by, decisionLimits.by) : unnamed,
    note: typeof note === "string" && note !== "" ? beginningOf(note, decisionLimits.note) : null,
  };
}

/** What the model is told of a denial. */
export function denialText({ note }: Pick<Decided, "note">): string {
  return note === null ? "Nobody agreed to this call." : `Denied: ${note}`;
}
