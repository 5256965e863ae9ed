import type { LanguageModelV4GenerateResult, LanguageModelV4StreamPart } from "@ai-sdk/provider";
import { type Answer, type Ending, endOf, type StreamAnswer } from "../../call/answer.ts";
import { isCommit } from "../../call/assemble.ts";
import type { Call, Deadline } from "../../call/call.ts";
import { interrupted } from "../../call/interrupted.ts";
import { PartLog } from "../../call/part-log.ts";
import { SeamError } from "../../call/seam-error.ts";
import { newTrace, type Trace } from "../../call/trace.ts";
import { raceAbort } from "../../util/abort.ts";
import type { Next } from "../policy.ts";

/** Stores an answer that one of the callers has accepted. */
type Keep = (result: LanguageModelV4GenerateResult, trace: Trace) => void;

/**
 * One request that several identical calls wait for. Each may leave on its own; the request is aborted when the last
 * one has left, and lives as long as the latest deadline among those who stay. Each judges the answer for itself. The
 * attempts belong to the event of one of them, the owner; the others are coalesced and cost nothing.
 */
export class SharedRequest {
  readonly #keep: Keep;
  readonly #trace: Trace = newTrace();
  readonly #abort = new AbortController();
  readonly #deadline: Deadline = { at: 0 };
  /** Who waits, and since when. */
  readonly #members = new Map<Call, number>();
  #owner: Call | undefined;
  #answer: Promise<Answer> | undefined;
  #isKept = false;

  constructor(keep: Keep) {
    this.#keep = keep;
  }

  /** Joins the request, which the first to join sets off. */
  async join(call: Call, next: Next): Promise<Answer> {
    this.#members.set(call, performance.now());
    this.#deadline.at = Math.max(this.#deadline.at, call.deadline.at);
    if (this.#owner === undefined) this.#own(call);
    else call.trace.source = "coalesced";
    this.#answer ??= next({
      ...call,
      accept: undefined,
      signal: this.#abort.signal,
      deadline: this.#deadline,
      trace: this.#trace,
    });
    try {
      const answer = await raceAbort(this.#answer, call.signal);
      if (answer.mode === "stream") return this.#follow(call, answer);
      await this.#judge(call, answer.result);
      this.#ended(call, true);
      return answer;
    } catch (error) {
      if (call.signal.aborted) await this.#leave(call);
      else this.#ended(call, false);
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
    call.trace.attempts = this.#trace.attempts;
    call.trace.reroutes = this.#trace.reroutes;
    call.trace.resumes = this.#trace.resumes;
  }

  /** The call goes before the request has ended; the next in line owns it then, and nobody left aborts it. */
  async #leave(call: Call): Promise<void> {
    this.#adopt(call);
    const [heir] = this.#members.keys();
    if (heir === undefined) {
      this.#abort.abort(call.signal.reason);
      await this.#answer?.then(endOf, () => {});
      return;
    }
    const deadlines = [...this.#members.keys()].map(({ deadline }) => deadline.at);
    this.#deadline.at = Math.max(...deadlines);
    if (this.#owner === call) this.#own(heir);
  }

  /** The request has ended while the call was in it, with an answer that the call accepts or otherwise. */
  #ended(call: Call, isAnswered: boolean): void {
    this.#adopt(call);
    if (!isAnswered) return;
    call.trace.answeredBy = this.#trace.answeredBy;
    if (this.#owner !== call) call.trace.savedUsd = this.#trace.answeredIn?.costUsd ?? null;
  }

  /** What the shared trace tells of this member, too. */
  #adopt(call: Call): void {
    const joinedAt = this.#members.get(call) ?? 0;
    this.#members.delete(call);
    const { firstContentAt } = this.#trace;
    if (firstContentAt !== null) call.trace.firstContentAt = Math.max(firstContentAt, joinedAt);
    if (this.#owner !== call) return;
    call.trace.notes.push(...this.#trace.notes);
    call.trace.queuedMs += this.#trace.queuedMs;
  }

  /** Lets the call accept the answer for itself; the first to do so has it kept. */
  async #judge(call: Call, result: LanguageModelV4GenerateResult): Promise<void> {
    try {
      const target = this.#trace.answerer ?? call.targets[0];
      if (call.accept !== undefined) await raceAbort(call.accept(result, target), call.signal);
    } catch (error) {
      const { answeredIn } = this.#trace;
      if (this.#owner === call && answeredIn !== null && SeamError.is(error)) {
        Object.assign(answeredIn, { outcome: error.code, error: error.summary });
      }
      throw error;
    }
    if (this.#isKept) return;
    this.#isKept = true;
    this.#keep(result, this.#trace);
  }

  /** A view of the shared stream that ends with this call alone. */
  #follow(call: Call, shared: StreamAnswer): StreamAnswer {
    const parts = new PartLog();
    const { promise: end, resolve } = Promise.withResolvers<Ending>();
    const seen = { content: false, text: "" };
    let open = true;
    const close = (ending: Ending): void => {
      call.signal.removeEventListener("abort", onAbort);
      if (ending.ok) parts.end();
      else parts.fail(ending.error);
      resolve(ending);
    };
    const failed = (error: unknown): Ending => ({
      ok: false,
      error: ownError(error, seen, call),
      text: seen.text,
    });
    const onAbort = (): void => {
      open = false;
      void this.#leave(call).then(() => close(failed(call.signal.reason)));
    };
    const copy = async (): Promise<Ending> => {
      let finish: LanguageModelV4StreamPart | undefined;
      for await (const part of shared.parts.read()) {
        if (!open) break;
        if (part.type === "text-delta") seen.text += part.delta;
        seen.content ||= isCommit(part, call.pattern);
        if (part.type === "finish") finish = part;
        else parts.push(part);
      }
      const ending = await shared.end;
      if (!ending.ok) throw ending.error;
      await this.#judge(call, ending.result);
      if (finish !== undefined) parts.push(finish);
      return ending;
    };
    call.signal.addEventListener("abort", onAbort, { once: true });
    if (call.signal.aborted) onAbort();
    else
      void copy()
        .catch(failed)
        .then((ending) => {
          if (!open) return;
          this.#ended(call, ending.ok);
          close(ending);
        });
    return { mode: "stream", parts, end };
  }
}

/** A failure as this call's own, whoever it was raised for. */
function ownError(
  error: unknown,
  seen: { readonly content: boolean; readonly text: string },
  { id, task, trace }: Call,
): unknown {
  const place = { callId: id, task, attempts: trace.attempts };
  if (seen.content) return interrupted(error, seen.text, place);
  return SeamError.is(error) ? error.with(place) : error;
}
