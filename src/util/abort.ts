import { setMaxListeners } from "node:events";

/** An AbortController that also aborts with its parent; `unlink` releases the parent's listener. */
export interface LinkedAbort {
  readonly controller: AbortController;
  unlink(): void;
}

export function linkAbort(parent: AbortSignal | undefined): LinkedAbort {
  const controller = new AbortController();
  if (parent === undefined) return { controller, unlink: () => {} };
  const follow = (): void => controller.abort(parent.reason);
  if (parent.aborted) follow();
  else {
    // One signal may serve any number of calls: a listener for each is no leak, so Node shall not warn of one.
    setMaxListeners(0, parent);
    parent.addEventListener("abort", follow, { once: true });
  }
  return { controller, unlink: () => parent.removeEventListener("abort", follow) };
}

/** Settles with `work`, or rejects with the signal's reason as soon as it aborts, even if `work` ignores the signal. */
export function raceAbort<T>(work: PromiseLike<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const fail = (): void => reject(signal.reason);
    if (signal.aborted) fail();
    else signal.addEventListener("abort", fail, { once: true });
    work.then(
      (value) => {
        signal.removeEventListener("abort", fail);
        resolve(value);
      },
      (error: unknown) => {
        signal.removeEventListener("abort", fail);
        reject(error);
      },
    );
  });
}

/** Waits `ms`; rejects at once with the signal's reason when it aborts. Leaves no timer or listener behind. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal.addEventListener("abort", stop, { once: true });
  });
}

/** The work's own result, or an error when it takes longer than `ms`. Values that are there already cost no timer. */
export async function within<T>(ms: number, work: T | Promise<T>): Promise<T> {
  if (!(work instanceof Promise)) return work;
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
