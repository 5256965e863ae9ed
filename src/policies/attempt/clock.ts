import type { AttemptLimitName, AttemptLimits } from "../../call/limits.ts";
import { listenToWire, type WireListener } from "../../call/wire-signal.ts";
import { linkAbort } from "../../util/abort.ts";

/** Why an attempt was ended from our side. */
export type Expiry = { readonly limit: AttemptLimitName; readonly limitMs: number };

/**
 * One clock over an attempt: connect, headers, first content, gaps and the whole. Its signal is fresh for every
 * attempt, so that a timed-out one can be followed by another inside the call's deadline; aborting it closes the
 * provider's socket.
 */
export class AttemptClock {
  readonly startedAt: number = performance.now();
  /** When the first content came, `undefined` before. */
  firstContentAt: number | undefined;
  /** The HTTP status, where the client could tell. */
  httpStatus: number | undefined;
  expiry: Expiry | undefined;
  readonly #abort: ReturnType<typeof linkAbort>;
  readonly #limits: AttemptLimits;
  readonly #mode: "generate" | "stream";
  #timer: NodeJS.Timeout | undefined;
  #lastContentAt: number | undefined;
  #awaitsHeaders = false;

  constructor(
    mode: "generate" | "stream",
    limits: AttemptLimits,
    parent: AbortSignal,
    onHeaders?: WireListener["headersReceived"],
  ) {
    this.#mode = mode;
    this.#limits = limits;
    this.#abort = linkAbort(parent);
    listenToWire(this.signal, {
      isStream: mode === "stream",
      requestSent: () => {
        this.#awaitsHeaders = true;
        if (mode === "stream") this.#arm();
      },
      headersReceived: (status, header) => {
        this.#awaitsHeaders = false;
        this.httpStatus = status;
        onHeaders?.(status, header);
      },
    });
    this.#arm();
  }

  get signal(): AbortSignal {
    return this.#abort.controller.signal;
  }

  /** Content has arrived. */
  content(): void {
    this.#lastContentAt = performance.now();
    if (this.firstContentAt !== undefined) return;
    this.firstContentAt = this.#lastContentAt;
    // From now on the silence counts, and may be due sooner; later content only moves what is due.
    this.#arm();
  }

  /** Nothing more is awaited, but the socket stays open. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#abort.unlink();
  }

  /** Nothing more is wanted: closes the socket. */
  close(): void {
    this.stop();
    this.#abort.controller.abort();
  }

  #arm(): void {
    clearTimeout(this.#timer);
    const [due] = this.#nextDue();
    const wait = Math.max(1, Math.ceil(due - performance.now()));
    this.#timer = setTimeout(() => this.#check(), wait);
  }

  #check(): void {
    const [due, limit] = this.#nextDue();
    if (performance.now() < due) {
      this.#arm();
      return;
    }
    this.expiry = { limit, limitMs: this.#limits[`${limit}Ms`] };
    this.close();
  }

  #nextDue(): [due: number, limit: AttemptLimitName] {
    const { totalMs, headersMs, firstTokenMs, silenceMs } = this.#limits;
    let soonest: [number, AttemptLimitName] = [this.startedAt + totalMs, "total"];
    if (this.#mode === "generate") return soonest;
    const consider = (due: number, limit: AttemptLimitName): void => {
      if (due < soonest[0]) soonest = [due, limit];
    };
    if (this.#lastContentAt !== undefined) consider(this.#lastContentAt + silenceMs, "silence");
    else consider(this.startedAt + firstTokenMs, "firstToken");
    if (this.#awaitsHeaders) consider(this.startedAt + headersMs, "headers");
    return soonest;
  }
}
