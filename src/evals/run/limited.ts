import { linkAbort, raceAbort } from "../../util/abort.ts";
import { formatDuration } from "../../util/duration.ts";

/** What has run into its time limit, within an eval. */
class TookTooLong extends Error {
  override readonly name = "TookTooLong";

  constructor(what: string, ms: number) {
    super(`${what} took longer than ${formatDuration(ms)}`);
  }
}

/**
 * Does work for at most so long; its signal then aborts, as it does with `signal`, and it is not waited for if it ignores
 * that.
 *
 * @throws TookTooLong, the signal's reason, what the work throws
 */
export async function limited<T>(
  {
    what,
    ms,
    signal,
  }: { readonly what: string; readonly ms: number; readonly signal: AbortSignal },
  work: (signal: AbortSignal) => T | Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const { controller, unlink } = linkAbort(signal);
  const timer = setTimeout(() => controller.abort(new TookTooLong(what, ms)), ms);
  try {
    return await raceAbort(Promise.resolve(work(controller.signal)), controller.signal);
  } finally {
    clearTimeout(timer);
    unlink();
  }
}
