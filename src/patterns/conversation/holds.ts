import type { ConversationRule } from "../../call/conversation-rule.ts";
import type { ErrorContext } from "../../call/seam-error.ts";
import { defaults } from "../../config/defaults.ts";
import type { ConversationStore } from "../../state/conversations.ts";
import { linkAbort, sleep } from "../../util/abort.ts";
import { newId } from "../../util/id.ts";
import { Turns } from "../agent/tools/turns.ts";
import { kept } from "../kept.ts";
import { Busy } from "../run-errors.ts";

export interface HoldOptions extends Pick<ConversationRule, "onBusy" | "busyWaitMs"> {
  readonly id: string;
  /** Ends the wait. */
  readonly signal: AbortSignal;
  readonly place: ErrorContext;
}

/** Between two looks at a conversation that another process holds: the first pause, and the longest. */
const firstLookMs = 20;
const longestLookMs = 250;

/**
 * One turn at a time on a conversation: in this process first come, first served; between processes by a lease in the
 * store, which is renewed while the turn runs, and ends by itself when its process dies.
 */
export class Holds {
  readonly #store: ConversationStore;
  readonly #lines = new Map<string, { readonly turns: Turns; members: number }>();

  constructor(store: ConversationStore) {
    this.#store = store;
  }

  /** Works while nobody else does; the work is given its name as the holder. Joins the line at once. */
  async during<Result>(
    options: HoldOptions,
    work: (holder: string) => Promise<Result>,
  ): Promise<Result> {
    const { id, onBusy, busyWaitMs, place } = options;
    const line = this.#lines.get(id) ?? { turns: new Turns(), members: 0 };
    if (onBusy === "fail" && line.members > 0) throw busy(place);
    line.members++;
    this.#lines.set(id, line);
    const { controller, unlink } = linkAbort(options.signal);
    const timer = setTimeout(() => controller.abort(busy(place, busyWaitMs)), busyWaitMs);
    try {
      const next = await line.turns.take("write", controller.signal);
      try {
        return await this.#leased({ ...options, signal: controller.signal }, (holder) => {
          clearTimeout(timer);
          return work(holder);
        });
      } finally {
        next();
      }
    } finally {
      clearTimeout(timer);
      unlink();
      if (--line.members === 0) this.#lines.delete(id);
    }
  }

  async #leased<Result>(
    options: HoldOptions,
    work: (holder: string) => Promise<Result>,
  ): Promise<Result> {
    const { id } = options;
    const { leaseMs } = defaults.conversationTurn;
    const holder = newId();
    await this.#take(options, holder);
    const renewal = setInterval(() => {
      // A hold that is lost all the same is noticed when the turn is added.
      this.#store.renew(id, holder, leaseMs).catch(() => {});
    }, leaseMs / 3);
    renewal.unref();
    try {
      return await work(holder);
    } finally {
      clearInterval(renewal);
      // One that cannot be released ends by itself.
      await this.#store.release(id, holder).catch(() => {});
    }
  }

  async #take({ id, onBusy, signal, place }: HoldOptions, holder: string): Promise<void> {
    for (let pauseMs = firstLookMs; ; pauseMs = Math.min(longestLookMs, pauseMs * 2)) {
      signal.throwIfAborted();
      const { leaseMs } = defaults.conversationTurn;
      const take = () => this.#store.take(id, holder, leaseMs);
      const hold = await kept("The conversation could not be taken", take, place);
      if (hold.kind === "taken") return;
      if (onBusy === "fail") throw busy(place);
      await sleep(pauseMs * (0.5 + Math.random() / 2), signal);
    }
  }
}

function busy(place: ErrorContext, waitedMs?: number): Busy {
  const waited = waitedMs === undefined ? "" : `, also after ${waitedMs} ms`;
  return new Busy(`Another turn of this conversation is under way${waited}`, place);
}
