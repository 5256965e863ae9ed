import type { ToolEffect } from "../../../call/tool-record.ts";

interface Waiting {
  readonly isRead: boolean;
  readonly admit: () => void;
}

/**
 * The turns of one run's tools, first come, first served: those that read run side by side, one that writes runs alone,
 * and none overtakes another.
 */
export class Turns {
  #running = 0;
  #isWriting = false;
  #waiting: Waiting[] = [];

  /** Waits for the turn; what it resolves to ends it. Rejects with the signal's reason, and waits no longer. */
  take(effect: ToolEffect, signal: AbortSignal): Promise<() => void> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#waiting = this.#waiting.filter((one) => one !== waiting);
        reject(signal.reason);
        this.#admit();
      };
      const waiting: Waiting = {
        isRead: effect === "read",
        admit: () => {
          signal.removeEventListener("abort", leave);
          resolve(this.#begin(waiting.isRead));
        },
      };
      if (signal.aborted) {
        reject(signal.reason);
        return;
      }
      signal.addEventListener("abort", leave, { once: true });
      this.#waiting.push(waiting);
      this.#admit();
    });
  }

  #begin(isRead: boolean): () => void {
    this.#running += 1;
    this.#isWriting = !isRead;
    let hasEnded = false;
    return () => {
      if (hasEnded) return;
      hasEnded = true;
      this.#running -= 1;
      if (!isRead) this.#isWriting = false;
      this.#admit();
    };
  }

  #admit(): void {
    for (;;) {
      const [first] = this.#waiting;
      if (first === undefined || this.#isWriting || (this.#running > 0 && !first.isRead)) return;
      this.#waiting = this.#waiting.slice(1);
      first.admit();
    }
  }
}
