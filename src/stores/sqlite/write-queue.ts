import type { Troubles } from "../../call/troubles.ts";
import type { Statement } from "./statements.ts";

/** One write that waits for its batch. */
export interface PendingWrite {
  /** Rough size in memory, in bytes. */
  readonly bytes: number;
  readonly kind: "event" | "answer";
  /** Made when the batch is written, off the path of the call. May throw; then this write alone is lost. */
  statement(): Statement;
}

export interface WriteQueueOptions {
  /** Runs the batch in one transaction, and adds to the count of dropped events. Throws when it cannot be written now. */
  readonly commit: (batch: readonly Statement[], dropped: number) => void;
  /** Whether the file is open and has its schema. */
  readonly isReady: () => boolean;
  readonly troubles: Troubles;
}

/** The longest a write waits for company, in milliseconds: what a killed process can lose. */
const batchDelayMs = 100;
const batchSize = 250;
const maxWaiting = 20_000;
const maxWaitingBytes = 64 * 1024 * 1024;

/** Gathers writes off the calls' path and commits them in batches; bounded, and what it must drop is counted. */
export class WriteQueue {
  readonly #options: WriteQueueOptions;
  #waiting: PendingWrite[] = [];
  #waitingBytes = 0;
  #timer: NodeJS.Timeout | undefined;
  /** Events dropped since the last commit, which could have recorded them. */
  #dropped = 0;

  constructor(options: WriteQueueOptions) {
    this.#options = options;
  }

  add(write: PendingWrite): void {
    if (this.#waiting.length >= maxWaiting || this.#waitingBytes + write.bytes > maxWaitingBytes) {
      this.#drop(write, new Error("more writes wait than may be held in memory"));
      return;
    }
    this.#waiting.push(write);
    this.#waitingBytes += write.bytes;
    if (this.#waiting.length === batchSize) this.#schedule(0);
    else if (this.#timer === undefined) this.#schedule(batchDelayMs);
  }

  /** Commits everything that waits, synchronously; stops at a batch that cannot be written now. */
  flush(): void {
    while (this.#waiting.length > 0 && this.#commitBatch());
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  #schedule(delayMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      const written = this.#commitBatch();
      if (this.#waiting.length > 0) this.#schedule(written ? 0 : batchDelayMs);
    }, delayMs);
    this.#timer.unref();
  }

  #commitBatch(): boolean {
    if (!this.#options.isReady()) return false;
    const batch = this.#waiting.slice(0, batchSize);
    const statements = batch.flatMap((write) => this.#statementOf(write));
    try {
      this.#options.commit(statements, this.#dropped);
    } catch (error) {
      this.#options.troubles.note("The event store could not be written", error);
      return false;
    }
    this.#dropped = 0;
    this.#remove(batch);
    return true;
  }

  #statementOf(write: PendingWrite): Statement[] {
    try {
      return [write.statement()];
    } catch (error) {
      this.#drop(write, error);
      return [];
    }
  }

  #remove(batch: readonly PendingWrite[]): void {
    this.#waiting = this.#waiting.slice(batch.length);
    for (const { bytes } of batch) this.#waitingBytes -= bytes;
  }

  #drop(write: PendingWrite, reason: unknown): void {
    if (write.kind === "answer") return;
    this.#dropped++;
    this.#options.troubles.note("An event was dropped", reason);
  }
}
