import type { Answer, Ending, StreamAnswer } from "../call/answer.ts";
import type { Call, Deadline } from "../call/call.ts";
import { PartLog } from "../call/part-log.ts";
import { SeamError } from "../call/seam-error.ts";
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
      if (answer.mode === "stream") return this.#follow(call, answer);
      this.#ended(call);
      return answer;
    } catch (error) {
      if (call.signal.aborted) await this.#leave(call);
      else this.#ended(call);
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

  /** The call goes before the request has ended; the next in line owns it then, and nobody left aborts it. */
  async #leave(call: Call): Promise<void> {
    this.#members.delete(call);
    const [heir] = this.#members;
    if (heir === undefined) {
      this.#abort.abort(call.signal.reason);
      await this.#answer?.then(wholeEnd, () => {});
      return;
    }
    this.#deadline.at = Math.max(...[...this.#members].map((member) => member.deadline.at));
    if (this.#owner === call) this.#own(heir);
  }

  /** The request has ended, well or badly, while the call was in it. */
  #ended(call: Call): void {
    this.#members.delete(call);
    const { trace } = call;
    trace.answeredBy = this.trace.answeredBy;
    trace.firstContentAt = this.trace.firstContentAt;
    if (this.#owner === call) trace.notes.push(...this.trace.notes);
    else if (trace.answeredBy !== null) trace.savedUsd = costOf(this.trace);
  }

  /** A view of the shared stream that ends with this call alone. */
  #follow(call: Call, shared: StreamAnswer): StreamAnswer {
    const parts = new PartLog();
    const { promise: end, resolve } = Promise.withResolvers<Ending>();
    let open = true;
    const close = (ending: Ending): void => {
      call.signal.removeEventListener("abort", onAbort);
      if (ending.ok) parts.end();
      else parts.fail(ending.error);
      resolve(ending);
    };
    const onAbort = (): void => {
      open = false;
      void this.#leave(call).then(() => close({ ok: false, error: call.signal.reason }));
    };
    const copy = async (): Promise<Ending> => {
      try {
        for await (const part of shared.parts.read()) {
          if (open) parts.push(part);
        }
        return await shared.end;
      } catch (error) {
        return { ok: false, error };
      }
    };
    call.signal.addEventListener("abort", onAbort, { once: true });
    void copy().then((ending) => {
      if (!open) return;
      this.#ended(call);
      close(ownEnding(ending, call));
    });
    return { mode: "stream", parts, end };
  }
}

/** A shared failure, told to each caller as its own call's. */
function ownEnding(ending: Ending, { id, task }: Call): Ending {
  if (ending.ok || !SeamError.is(ending.error)) return ending;
  return { ok: false, error: ending.error.with({ callId: id, task }) };
}

async function wholeEnd(answer: Answer): Promise<void> {
  if (answer.mode === "stream") await answer.end;
}

function costOf({ attempts }: Trace): number | null {
  let cost: number | null = null;
  for (const attempt of attempts) cost = addKnown(cost, attempt.costUsd);
  return cost;
}
