import { AsyncLocalStorage } from "node:async_hooks";
import type { CallEvent } from "./event.ts";

/** What other calls are made for: an agent's run, or one call of one of its tools. */
export interface Family {
  /** The event that theirs hang from. */
  readonly parentId: string;
  /** The outermost event. */
  readonly traceId: string;
  /** Is told of every call that was made for it, with what it used and cost, before anything is redacted. */
  readonly add: (event: CallEvent) => void;
}

const families = new AsyncLocalStorage<Family>();

/** Calls that are made within `work`, however deep, belong to the family unless they name another. */
export function withinFamily<T>(family: Family, work: () => T): T {
  return families.run(family, work);
}

/** The family that a call made here belongs to. */
export function currentFamily(): Family | undefined {
  return families.getStore();
}

/** Calls that are made within `work` stand alone: whoever it was begun for may have ended long before. */
export function withoutFamily<T>(work: () => T): T {
  return families.exit(work);
}
