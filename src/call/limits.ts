/** The time limits of one call, all in milliseconds. */
export interface CallLimits {
  /** The whole call: queueing, every attempt, every wait between them, and the stream to its end. */
  readonly deadlineMs: number;
  readonly attempt: AttemptLimits;
}

/** The time limits of one attempt, in milliseconds, all counted from the attempt's start but for `silenceMs`. */
export interface AttemptLimits {
  /** The whole attempt, to the last byte. */
  readonly totalMs: number;
  /** Until the response headers (streams only: without streaming, headers come when the answer is done). */
  readonly headersMs: number;
  /** Until the first content (streams only). Pings and metadata are not content. */
  readonly firstTokenMs: number;
  /** Between two pieces of content (streams only). */
  readonly silenceMs: number;
}

/** The limits of an attempt, as they are named in the config. */
export type AttemptLimitName = "total" | "headers" | "firstToken" | "silence";

/** Which limit ended an attempt, a call, or the run of an agent. */
export type LimitName = "deadline" | "run" | AttemptLimitName;
