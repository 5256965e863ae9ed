import {
  APICallError,
  type LanguageModelV4CallOptions,
  type LanguageModelV4GenerateResult,
} from "@ai-sdk/provider";
import { textOf } from "../../call/assemble.ts";
import type { Attempt } from "../../call/attempt.ts";
import { classify } from "../../call/classify.ts";
import { type Continuation, continuationOf, continued } from "../../call/continuation.ts";
import type { ErrorCode } from "../../call/error-code.ts";
import { billOf } from "../../call/price.ts";
import { type ModelRequest, withSettings } from "../../call/request.ts";
import { type ErrorContext, SeamError } from "../../call/seam-error.ts";
import { secretsIn } from "../../call/secrets.ts";
import { openAttempt, wholeTrace } from "../../call/trace.ts";
import { DeadlineExceeded } from "../../errors.ts";
import { raceAbort } from "../../util/abort.ts";
import type { TargetedCall } from "../policy.ts";
import { spliced } from "../resume/splice.ts";
import { AttemptClock } from "./clock.ts";

/** Network failures that happen before a provider can have done any work. */
const neverReached = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
]);

/** Failures that, where no status tells of an answer, happen before a request is sent. */
const neverSent: ReadonlySet<ErrorCode> = new Set([
  "AuthenticationFailed",
  "ConfigError",
  "InvalidRequest",
]);

/** One request in flight: its clock, its record in the event, and what its failures mean. */
export class AttemptRun {
  readonly call: TargetedCall;
  readonly clock: AttemptClock;
  readonly options: LanguageModelV4CallOptions;
  /** What the answer goes on from, where the call resumes a stream. */
  readonly continuation: Continuation | undefined;
  readonly place: ErrorContext;
  readonly #record: Attempt;

  constructor(call: TargetedCall) {
    this.call = call;
    const { target, request, resumeFrom } = call;
    const asked = withSettings(target.settings, request);
    this.continuation =
      resumeFrom === undefined ? undefined : continuationOf(target, asked, resumeFrom);
    const options = optionsFor(
      call,
      this.continuation === undefined ? asked : continued(asked, this.continuation),
    );
    this.clock = new AttemptClock(call.mode, call.limits.attempt, call.signal, call.onHeaders);
    this.options = { ...options, abortSignal: this.clock.signal };
    this.place = {
      task: call.task,
      callId: call.id,
      target: call.target.name,
      attempts: wholeTrace(call.trace).attempts,
    };
    this.#record = openAttempt(call.trace, call.target.name, call.attemptKind);
  }

  /**
   * Runs provider code: bounded by the clock even if it ignores its signal, with its errors classified. What such code
   * brings when nobody waits any more is handed to `discard`.
   */
  async reach<T>(work: () => PromiseLike<T>, discard?: (late: T) => void): Promise<T> {
    const { signal } = this.clock;
    try {
      const pending = work();
      if (discard !== undefined)
        pending.then(
          (late) => signal.aborted && discard(late),
          () => {},
        );
      return await raceAbort(pending, signal);
    } catch (thrown) {
      throw this.failure(thrown);
    }
  }

  /** Headers that a model brings back, where the wire has not told them already. */
  heard(status: number, headers: Readonly<Record<string, string>> | undefined): void {
    if (this.clock.httpStatus !== undefined || headers === undefined) return;
    this.call.onHeaders?.(status, (name) => headers[name]);
  }

  /** What a failure means: the caller's abort, the deadline, a limit of this attempt, or the provider's error. */
  failure(thrown: unknown): unknown {
    if (this.clock.expiry !== undefined) return new DeadlineExceeded(this.clock.expiry, this.place);
    if (this.call.signal.aborted) return this.call.signal.reason;
    if (APICallError.isInstance(thrown)) {
      this.heard(thrown.statusCode ?? 0, thrown.responseHeaders);
    }
    const { target, request, trace } = this.call;
    if (SeamError.is(thrown) && thrown.retryable)
      trace.notes.push(`${target.name} is a seam itself and has retried already`);
    const secrets = [...target.secrets, ...secretsIn(request.headers ?? {})];
    return classify(thrown, { place: this.place, secrets, wireStatus: this.clock.httpStatus });
  }

  /** Records what an answer used and cost, whether or not it is any good. */
  bill(result: LanguageModelV4GenerateResult): void {
    Object.assign(this.#record, billOf(result.usage, this.call.target.price));
  }

  /** Lets the call's `accept` judge a whole answer; its error is the attempt's. */
  async judge(result: LanguageModelV4GenerateResult): Promise<void> {
    if (this.call.accept === undefined) return;
    try {
      const whole = this.#whole(result);
      await raceAbort(this.call.accept(whole, this.call.target), this.clock.signal);
    } catch (thrown) {
      throw this.clock.signal.aborted ? this.failure(thrown) : thrown;
    }
  }

  #whole(result: LanguageModelV4GenerateResult): LanguageModelV4GenerateResult {
    if (this.continuation === undefined) return result;
    const text = spliced(this.continuation, textOf(result.content));
    return { ...result, content: [{ type: "text", text }] };
  }

  succeed(): void {
    this.clock.stop();
    this.#close({ outcome: "ok" });
    this.call.trace.answeredBy = this.call.target.name;
    this.call.trace.answerer = this.call.target;
    this.call.trace.answeredIn = this.#record;
  }

  fail(error: unknown): void {
    this.clock.close();
    if (!SeamError.is(error)) {
      this.#close({ outcome: this.call.signal.aborted ? "Aborted" : "Failed" });
      return;
    }
    this.#close({
      outcome: error.code,
      ...(error.status !== undefined && { status: error.status }),
      error: error.summary,
      ...(this.#record.usage === null && { costUsd: costOfFailure(error) }),
    });
  }

  #close(end: Partial<Attempt>): void {
    const { startedAt, firstContentAt, httpStatus } = this.clock;
    Object.assign(this.#record, {
      status: httpStatus ?? null,
      ...end,
      durationMs: performance.now() - startedAt,
      firstTokenMs: firstContentAt === undefined ? null : firstContentAt - startedAt,
    });
  }
}

/** The request as the target takes it. */
function optionsFor(
  { target, task }: TargetedCall,
  request: ModelRequest,
): LanguageModelV4CallOptions {
  const options = target.adapt(request);
  if (target.taskHeader === undefined) return options;
  return {
    ...options,
    headers: { ...options.headers, [target.taskHeader]: encodeURIComponent(task) },
  };
}

function costOfFailure(error: SeamError): number | null {
  if (error.status === undefined && neverSent.has(error.code)) return 0;
  if (error.status !== undefined && error.status >= 400) return 0;
  const code = (error.cause as { code?: unknown } | undefined)?.code;
  return typeof code === "string" && neverReached.has(code) ? 0 : null;
}
