import { setTimeout as wait } from "node:timers/promises";

/** Bytes that this process holds. */
export interface Memory {
  /** In physical memory, as the operating system sees it. */
  readonly rss: number;
  /** In live JavaScript objects and in the buffers that they keep. */
  readonly heap: number;
}

/** Memory after everything that can be collected has been. Needs `--expose-gc`. */
export async function settledMemory(): Promise<Memory> {
  for (let round = 0; round < 3; round++) {
    globalThis.gc?.();
    await wait(20);
  }
  const { rss, heapUsed, external } = process.memoryUsage();
  return { rss, heap: heapUsed + external };
}
