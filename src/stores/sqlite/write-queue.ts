import type { Troubles } from "../../call/troubles.ts";
import { mayPass } from "./connection.ts";
import type { Statement } from "./statements.ts";

/** One write that waits for its batch. */
export interface PendingWrite {
  /** Rough size in memory, in bytes. */
  readonly bytes: number;
  readonly kind: "event" | "score" | "answer" | "spending";
  /** Made when the batch is written, off the path of the call. May throw; then this write alone is lost. */
  statement(): Statement;
}

export interface WriteQueueOptions {
  /** Runs the batch in one transaction, and adds to the count of dropped events. Throws when it cannot. */
  readonly commit: (batch: readonly Statement[], dropped: number) => void;
  /** Whether the file is open and has its schema. */
  readonly isReady: () => boolean;
  readonly troubles: Troubles;
}

/** The longest a write waits for company, in milliseconds: what a killed process can lose. */
const batchDelayMs = 100;
/** The longest pause after batches that could not be written. */
const longestPauseMs = 2_000;
const batchSize = 250;
/** A program that never lets the event loop turn keeps the timer from running: then writes of this age are due at once. */
const latestMs = 500;
const maxWaiting = 20_000;
const maxWaitingBytes = 64 * 1024 * 1024;

/** What is told of a write that had to be dropped. An answer can be asked for again. */
const dropTroubles = {
  event: "An event was dropped",
  score: "A score was dropped",
  spending: "What is used of budgets could not be kept",
} as const;

/** Gathers writes off the calls' path and commits them in batches; bounded, and what it must drop is counted. */
export class WriteQueue {
  readonly #options: WriteQueueOptions;
  #waiting: PendingWrite[] = [];
  #waitingBytes = 0;
  #waitingSince = 0;
  #timer: NodeJS.Timeout | undefined;
  #pauseMs = batchDelayMs;
  /** Events dropped since the last commit, which could have recorded them. */
  #dropped = 0;
  #closed = false;

  constructor(options: WriteQueueOptions) {
    this.#options = options;
  }

  /** Whether the write was taken; otherwise it is dropped. */
  add(write: PendingWrite): boolean {
    if (this.#closed) {
      this.#drop(write, new Error("the store is closed"));
      return false;
    }
    const isLate = this.#waiting.length > 0 && performance.now() - this.#waitingSince > latestMs;
    if ((isLate || this.#isFull(write)) && this.#pauseMs === batchDelayMs) this.flush();
    if (this.#isFull(write)) {
      this.#drop(write, new Error("more writes wait than may be held in memory"));
      return false;
    }
    if (this.#waiting.length === 0) this.#waitingSince = performance.now();
    this.#waiting.push(write);
    this.#waitingBytes += write.bytes;
    if (this.#waiting.length === batchSize) this.#schedule(0);
    else if (this.#timer === undefined) this.#schedule(batchDelayMs);
    return true;
  }

  /** A burst that leaves no time for the timer is written in between, before anything of it is dropped. */
  #isFull({ bytes }: PendingWrite): boolean {
    return this.#waiting.length >= maxWaiting || this.#waitingBytes + bytes > maxWaitingBytes;
  }

  /** Commits everything that waits, synchronously; stops at a batch that cannot be written now. */
  flush(): void {
    while (this.#waiting.length > 0 && this.#commitBatch());
  }

  /** Takes no more writes; what still waits is dropped, and counted. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    for (const write of this.#waiting) {
      this.#drop(write, new Error("the store was closed before it could be written"));
    }
    this.#waiting = [];
    this.#waitingBytes = 0;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  #schedule(delayMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      const written = this.#commitBatch();
      this.#pauseMs = written ? batchDelayMs : Math.min(longestPauseMs, this.#pauseMs * 2);
      if (this.#waiting.length > 0) this.#schedule(written ? 0 : this.#pauseMs);
    }, delayMs);
    this.#timer.unref();
  }

  #commitBatch(): boolean {
    if (!this.#options.isReady()) return false;
    const batch = this.#waiting.slice(0, batchSize);
    try {
      const statements = batch.flatMap((write) => this.#statementOf(write));
      this.#options.commit(statements, this.#dropped);
      this.#dropped = 0;
    } catch (error) {
      if (mayPass(error)) {
        this.#options.troubles.note("The event store could not be written", error);
        return false;
      }
      for (const write of batch) this.#commitAlone(write);
    }
    this.#waiting = this.#waiting.slice(batch.length);
    for (const { bytes } of batch) this.#waitingBytes -= bytes;
    return true;
  }

  /** One write must not hold up all the others: what SQLite will never take is dropped. */
  #commitAlone(write: PendingWrite): void {
    try {
      this.#options.commit(this.#statementOf(write), 0);
    } catch (error) {
      this.#drop(write, error);
    }
  }

  #statementOf(write: PendingWrite): Statement[] {
    try {
      return [write.statement()];
    } catch (error) {
      this.#drop(write, error);
      return [];
    }
  }

  #drop(write: PendingWrite, reason: unknown): void {
    if (write.kind === "answer") return;
    if (write.kind === "event") this.#dropped++;
    this.#options.troubles.note(dropTroubles[write.kind], reason);
  }
}
