import type { ErrorCode } from "./error-code.ts";
import type { Usage } from "./usage.ts";

export type AttemptKind = "ask" | "hedge" | "resume";

/** One request to one target, as the event records it. Filled in while it runs. */
export interface Attempt {
  /** Counts from 1 within the call. */
  number: number;
  target: string;
  /** Why it was made: to ask, to be sooner than a slow one, or to go on where a stream broke off. */
  kind: AttemptKind;
  /** Milliseconds since the epoch. */
  startedAt: number;
  durationMs: number;
  /** From the attempt's start to the first content; `null` when none came. */
  firstTokenMs: number | null;
  /** `Failed`: by an error of none of Seam's codes. `running`: the call ended before it did, in a shared request that others still waited for. */
  readonly outcome: "ok" | "running" | "Aborted" | "Failed" | ErrorCode;
  /** HTTP status, where there was one. */
  status: number | null;
  /** What went wrong, free of secrets. */
  error: string | null;
  usage: Usage | null;
  /** US dollars; 0 when the provider refused before any work; `null` when it may have billed an unknown amount. */
  costUsd: number | null;
  /** How long the call waited before its next attempt; `null` when none followed on this target. */
  waitMs: number | null;
}
