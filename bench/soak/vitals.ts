import { getEventListeners } from "node:events";
import { settledMemory } from "../measure/memory.ts";

/** What a process holds while nothing is under way. */
export interface Vitals {
  /** Bytes in live objects and the buffers that they keep, after garbage collection. */
  readonly heap: number;
  readonly rss: number;
  /** Timers of `setTimeout` and `setInterval` that have neither fired nor been cleared. */
  readonly timers: number;
  readonly sockets: number;
  /** Listeners on the signal that every call is given, and on the process. */
  readonly listeners: number;
}

/** Counts timers from now on, also those that let the process end. */
export function watchTimers(): () => number {
  const live = new Set<unknown>();
  const { setTimeout: set, clearTimeout: clear, setInterval: repeat } = globalThis;
  const counted = (handler: (...args: unknown[]) => void, ms?: number, ...args: unknown[]) => {
    const timer: unknown = set(() => {
      live.delete(timer);
      handler(...args);
    }, ms);
    live.add(timer);
    return timer;
  };
  const repeated = (handler: (...args: unknown[]) => void, ms?: number, ...args: unknown[]) => {
    const timer = repeat(handler, ms, ...args);
    live.add(timer);
    return timer;
  };
  const cleared = (timer: Parameters<typeof clear>[0]): void => {
    live.delete(timer);
    clear(timer);
  };
  Object.assign(globalThis, {
    setTimeout: counted,
    setInterval: repeated,
    clearTimeout: cleared,
    clearInterval: cleared,
  });
  return () => live.size;
}

export async function vitalsOf(signal: AbortSignal, timers: () => number): Promise<Vitals> {
  const { heap, rss } = await settledMemory();
  const sockets = process.getActiveResourcesInfo().filter((name) => name.startsWith("TCP"));
  const ofProcess = process.eventNames().map((name) => process.listenerCount(name));
  return {
    heap,
    rss,
    timers: timers(),
    sockets: sockets.length,
    listeners:
      getEventListeners(signal, "abort").length + ofProcess.reduce((sum, count) => sum + count, 0),
  };
}
