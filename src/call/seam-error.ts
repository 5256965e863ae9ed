import type { Attempt } from "./attempt.ts";
import type { ErrorCode } from "./error-code.ts";
import type { AgentStep } from "./step.ts";

/** Where an error happened; filled in by the policy that raises it. */
export interface ErrorContext {
  readonly task?: string | undefined;
  readonly callId?: string | undefined;
  /** The target that was asked, `provider/model`. */
  readonly target?: string | undefined;
  readonly attempts?: readonly Attempt[] | undefined;
  /** What an agent had done. */
  readonly steps?: readonly AgentStep[] | undefined;
  readonly cause?: unknown;
  /** HTTP status of the provider's answer. */
  readonly status?: number | undefined;
  /** What the provider asked to wait before the next request, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
  /** The same request may succeed on the same target a little later. */
  readonly retryable?: boolean | undefined;
  /** Another target may succeed where this one failed. */
  readonly reroutable?: boolean | undefined;
}

interface Statement {
  readonly summary: string;
  readonly advice: string;
  readonly retryable?: boolean;
  readonly reroutable?: boolean;
}

const marker = Symbol.for("llm-seam.error");

/**
 * The root of every error that Seam throws. Switch on `code`; `message` says what happened, to which task and target,
 * and what to do. A caller's own abort is not one of these: it rejects with the signal's reason.
 *
 * @example
 * try {
 *   await seam.complete("summarize", { prompt });
 * } catch (error) {
 *   if (SeamError.is(error) && error.code === "RateLimited") return tryAgainIn(error.retryAfterMs);
 *   throw error;
 * }
 */
export abstract class SeamError<Detail = unknown> extends Error {
  abstract readonly code: ErrorCode;
  readonly task: string | undefined;
  readonly callId: string | undefined;
  readonly target: string | undefined;
  /** Every request that was sent for the call, in order. */
  readonly attempts: readonly Attempt[];
  /** The steps of the agent's run that failed; empty for other calls. */
  readonly steps: readonly AgentStep[];
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;
  /** Whether the same request may succeed later. Seam's own retries have already been made. */
  readonly retryable: boolean;
  /** Whether another target may succeed. Seam's own fallbacks have already been tried. */
  readonly reroutable: boolean;
  /** The message without the place and the advice. */
  readonly summary: string;
  readonly #detail: Detail;
  readonly #context: ErrorContext;

  constructor(detail: Detail, said: Statement, context: ErrorContext) {
    super(
      [withStop(said.summary), placeOf(context), said.advice]
        .filter((part) => part !== "")
        .join(" "),
      context.cause === undefined ? undefined : { cause: context.cause },
    );
    this.#detail = detail;
    this.#context = context;
    this.summary = said.summary;
    this.task = context.task;
    this.callId = context.callId;
    this.target = context.target;
    this.attempts = context.attempts ?? [];
    this.steps = context.steps ?? [];
    this.status = context.status;
    this.retryAfterMs = context.retryAfterMs;
    this.retryable = context.retryable ?? said.retryable ?? false;
    this.reroutable = context.reroutable ?? said.reroutable ?? this.retryable;
    Object.defineProperty(this, marker, { value: true });
  }

  /** The same error, for another call or with more said about where it happened. */
  with(context: ErrorContext): this {
    const again = this.constructor as new (detail: Detail, context: ErrorContext) => this;
    return new again(this.#detail, { ...this.#context, ...context });
  }

  /** True for every error of Seam, also one made by another copy of the package. */
  static is(error: unknown): error is SeamError {
    return typeof error === "object" && error !== null && marker in error;
  }

  /** For logs and JSON: no stack, no cause. */
  toJSON(): Record<string, unknown> {
    const { name, code, message, task, callId, target, status, retryAfterMs, attempts } = this;
    return { name, code, message, task, callId, target, status, retryAfterMs, attempts };
  }
}

function withStop(sentence: string): string {
  if (sentence.includes("\n")) return `${sentence}\n`;
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}

function placeOf({ task, target, attempts, callId }: ErrorContext): string {
  const parts = [
    task === undefined ? "" : `task ${task}`,
    target === undefined ? "" : `target ${target}`,
    attempts === undefined || attempts.length === 0 ? "" : `attempts ${attempts.length}`,
    callId === undefined ? "" : `call ${callId}`,
  ].filter((part) => part !== "");
  return parts.length === 0 ? "" : `[${parts.join(", ")}]`;
}
