import type { LanguageModelV4StreamPart } from "@ai-sdk/provider";

/**
 * The parts of one stream, kept from first to last, so that the provider is read at its own pace and any number of
 * readers, early or late, see the whole. Bounded by what one model can answer.
 */
export class PartLog<Part = LanguageModelV4StreamPart> {
  readonly #parts: Part[] = [];
  #state: { type: "open" } | { type: "ended" } | { type: "failed"; error: unknown } = {
    type: "open",
  };
  #waiting: (() => void)[] = [];

  push(part: Part): void {
    this.#parts.push(part);
    this.#wake();
  }

  end(): void {
    this.#state = { type: "ended" };
    this.#wake();
  }

  fail(error: unknown): void {
    this.#state = { type: "failed", error };
    this.#wake();
  }

  /** Follows the stream from its first part; rejects where the stream failed. */
  async *read(): AsyncGenerator<Part, void, undefined> {
    for (let next = 0; ; ) {
      const part = this.#parts[next];
      if (part !== undefined) {
        next++;
        yield part;
      } else if (this.#state.type === "failed") {
        throw this.#state.error;
      } else if (this.#state.type === "ended") {
        return;
      } else {
        await new Promise<void>((wake) => this.#waiting.push(wake));
      }
    }
  }

  #wake(): void {
    if (this.#waiting.length === 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }
}
