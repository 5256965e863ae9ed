import { type Answer, endOf, whenEnded } from "../../call/answer.ts";
import { adoptFork, forkTrace } from "../../call/trace.ts";
import { type LinkedAbort, linkAbort } from "../../util/abort.ts";
import type { Next, TargetedCall } from "../policy.ts";

/** What became of a chain: an answer (of a stream: its commit), or an error. */
export type Outcome =
  | { readonly chain: Chain; readonly ok: true; readonly answer: Answer }
  | { readonly chain: Chain; readonly ok: false; readonly error: unknown };

/** One of the ways to an answer that race: with all policies of its target, and a signal and a trace of its own. */
export class Chain {
  readonly call: TargetedCall;
  /** Never rejects. */
  readonly outcome: Promise<Outcome>;
  readonly #startedAt = performance.now();
  readonly #abort: LinkedAbort;

  constructor(call: TargetedCall, next: Next<TargetedCall>) {
    this.#abort = linkAbort(call.signal);
    const { signal } = this.#abort.controller;
    this.call = { ...call, signal, trace: forkTrace(call.trace) };
    this.outcome = next(this.call).then(
      (answer) => ({ chain: this, ok: true, answer }),
      (error: unknown) => ({ chain: this, ok: false, error }),
    );
  }

  get elapsedMs(): number {
    return performance.now() - this.#startedAt;
  }

  /** Whether its only request so far is still on its way: nothing has failed, no turn is waited for. */
  get isOnlyAsking(): boolean {
    const { attempts } = this.call.trace;
    return attempts.length > 0 && attempts.every(({ outcome }) => outcome === "running");
  }

  /** The outcome, if there is one within this time. */
  async outcomeWithin(ms: number): Promise<Outcome | undefined> {
    const { promise: late, resolve } = Promise.withResolvers<undefined>();
    const timer = setTimeout(resolve, ms, undefined);
    try {
      return await Promise.race([this.outcome, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Closes its socket; resolves when its attempt has been recorded, which an abort brings about at once. */
  async cancel(): Promise<void> {
    this.#abort.controller.abort(new DOMException("Another request was sooner.", "AbortError"));
    this.#abort.unlink();
    const outcome = await this.outcome;
    if (outcome.ok) await endOf(outcome.answer);
  }

  /** Makes its outcome that of the call. */
  deliver(outcome: Outcome): Answer {
    adoptFork(this.call.trace);
    if (!outcome.ok) {
      this.#abort.unlink();
      throw outcome.error;
    }
    whenEnded(outcome.answer, () => {
      adoptFork(this.call.trace);
      this.#abort.unlink();
    });
    return outcome.answer;
  }
}
