import type { ErrorContext } from "../call/seam-error.ts";
import { StoreUnavailable } from "./run-errors.ts";

/**
 * Does work on what must be kept. What the store throws becomes a StoreUnavailable.
 *
 * @param failed what could not be done, e.g. `The run could not be paused`
 */
export async function kept<Result>(
  failed: string,
  work: () => Promise<Result>,
  context: ErrorContext = {},
): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new StoreUnavailable(`${failed}: ${reason}`, { ...context, cause });
  }
}
