import type { CallEvent } from "../../call/event.ts";
import { ConfigError } from "../../errors.ts";
import { isOfModel } from "./used.ts";

/** What the calls of a run cost, as far as it is known, against what they may. */
export class Spending {
  readonly #limitUsd: number;
  #usd = 0;
  #unpriced: CallEvent | undefined;

  constructor(limitUsd: number) {
    this.#limitUsd = limitUsd;
  }

  add(event: CallEvent): void {
    if (!isOfModel(event)) return;
    const { source, errorCode, costUsd } = event;
    this.#usd += costUsd ?? 0;
    // A failed attempt may have cost nothing; an answer of unknown cost has no price.
    if (source === "model" && errorCode === null && costUsd === null) this.#unpriced ??= event;
  }

  /** @throws ConfigError where the limit cannot be kept, since a model's answers have no known price */
  isOver(): boolean {
    if (this.#unpriced === undefined) return this.#usd >= this.#limitUsd;
    const { task, target, answeredBy } = this.#unpriced;
    throw new ConfigError(
      {
        summary: `The run's limit of cost cannot be kept: nobody knows what ${answeredBy ?? target} costs`,
        advice: "Give the model its prices in `prices` of the config, or run without the limit.",
      },
      { task },
    );
  }
}
