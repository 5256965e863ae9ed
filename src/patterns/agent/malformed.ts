import { StepLimit } from "../run-errors.ts";
import type { OpenCall } from "./open-call.ts";

/** Stands for all tools that there are not. */
const unknown = "";

/** Which tools a model calls wrongly. The second time in a row ends the run: telling the model has not helped. */
export class Malformed {
  /** Tools whose last call was malformed. */
  #before: ReadonlySet<string> = new Set();

  /** The calls of one answer, read. Throws StepLimit. */
  note(calls: readonly OpenCall[]): void {
    const now = new Set(this.#before);
    now.delete(unknown);
    for (const { name, settled } of calls) {
      switch (settled?.outcome) {
        case "unknown":
          if (this.#before.size > 0) throw again("a tool that there is not", settled.reason);
          now.add(unknown);
          break;
        case "malformed":
          if (this.#before.has(name)) {
            throw again(`the tool ${name} with malformed arguments`, settled.reason);
          }
          now.add(name);
          break;
        default:
          now.delete(name);
      }
    }
    this.#before = now;
  }
}

function again(what: string, told: string | null): StepLimit {
  const summary = `The model called ${what} again, after it had been told: ${told}`;
  return new StepLimit({ limit: "malformed", summary });
}
