import type { Answer, Ending, StreamAnswer } from "../call/answer.ts";
import type { Call, Deadline } from "../call/call.ts";
import { PartLog } from "../call/part-log.ts";
import { newTrace, type Trace } from "../call/trace.ts";
import { addKnown } from "../call/usage.ts";
import { raceAbort } from "../util/abort.ts";
import type { Next } from "./policy.ts";

/**
 * One request that several identical calls wait for. Each may leave on its own; the request is aborted when the last
 * one has left, and lives as long as the latest deadline among those who stay. Its attempts belong to the event of
 * one of them, the owner; the others are coalesced and cost nothing.
 */
export class SharedRequest {
  readonly trace: Trace = newTrace();
  readonly #abort = new AbortController();
  readonly #deadline: Deadline = { at: 0 };
  readonly #members = new Set<Call>();
  #owner: Call | undefined;
  #answer: Promise<Answer> | undefined;

  /** Joins the request, which the first to join sets off. */
  async join(call: Call, next: Next): Promise<Answer> {
    this.#members.add(call);
    this.#deadline.at = Math.max(this.#deadline.at, call.deadline.at);
    if (this.#owner === undefined) this.#own(call);
    else call.trace.source = "coalesced";
    this.#answer ??= next({
      ...call,
      signal: this.#abort.signal,
      deadline: this.#deadline,
      trace: this.trace,
    });
    try {
      const answer = await raceAbort(this.#answer, call.signal);
      if (answer.mode === "generate") this.#done(call);
      return answer.mode === "generate" ? answer : this.#follow(call, answer);
    } catch (error) {
      this.#leave(call, error);
      if (!this.isOpen) await this.#answer.catch(() => {});
      throw error;
    }
  }

  /** Whether anyone still waits. A request that all have left must not be joined any more. */
  get isOpen(): boolean {
    return !this.#abort.signal.aborted;
  }

  #own(call: Call): void {
    this.#owner = call;
    call.trace.source = "model";
    call.trace.savedUsd = null;
    call.trace.attempts = this.trace.attempts;
    call.trace.reroutes = this.trace.reroutes;
  }

  #leave(call: Call, reason: unknown): void {
    this.#done(call);
    if (this.#members.size === 0) {
      this.#abort.abort(reason);
      return;
    }
    this.#deadline.at = Math.max(...[...this.#members].map((member) => member.deadline.at));
    const [heir] = this.#members;
    if (this.#owner === call && heir !== undefined) this.#own(heir);
  }

  #done(call: Call): void {
    this.#members.delete(call);
    const { trace } = call;
    trace.answeredBy = this.trace.answeredBy;
    trace.firstContentAt = this.trace.firstContentAt;
    if (this.#owner === call) trace.notes.push(...this.trace.notes);
    else trace.savedUsd = costOf(this.trace);
  }

  /** A view of the shared stream that ends with this call alone. */
  #follow(call: Call, shared: StreamAnswer): StreamAnswer {
    const parts = new PartLog();
    const { promise: end, resolve } = Promise.withResolvers<Ending>();
    let ended = false;
    const finish = (ending: Ending, left: boolean): void => {
      if (ended) return;
      ended = true;
      call.signal.removeEventListener("abort", onAbort);
      if (left && !ending.ok) this.#leave(call, ending.error);
      else this.#done(call);
      if (ending.ok) parts.end();
      else parts.fail(ending.error);
      resolve(ending);
    };
    const onAbort = (): void => finish({ ok: false, error: call.signal.reason }, true);
    call.signal.addEventListener("abort", onAbort, { once: true });
    const copy = async (): Promise<void> => {
      try {
        for await (const part of shared.parts.read()) {
          if (ended) return;
          parts.push(part);
        }
        finish(await shared.end, false);
      } catch (error) {
        finish({ ok: false, error }, false);
      }
    };
    void copy();
    return { mode: "stream", parts, end };
  }
}

function costOf({ attempts }: Trace): number | null {
  let cost: number | null = null;
  for (const attempt of attempts) cost = addKnown(cost, attempt.costUsd);
  return cost;
}
