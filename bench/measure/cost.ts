/** What a piece of work cost, for each of its units, in microseconds. */
export interface Cost {
  readonly cpuUs: number;
  readonly wallUs: number;
}

/**
 * Measures work: the time it took, and the CPU time of this whole process, helper threads included. The work returns
 * how many units it did, e.g. calls or chunks.
 */
export async function costOf(work: () => Promise<number>): Promise<Cost> {
  globalThis.gc?.();
  const cpuBefore = process.cpuUsage();
  const start = performance.now();
  const units = await work();
  const wallUs = (performance.now() - start) * 1_000;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { cpuUs: (user + system) / units, wallUs: wallUs / units };
}

/** Does the work `count` times, at most `concurrency` at once. */
export async function repeat(
  count: number,
  concurrency: number,
  work: () => Promise<unknown>,
): Promise<void> {
  let left = count;
  const lane = async (): Promise<void> => {
    while (left-- > 0) await work();
  };
  await Promise.all(Array.from({ length: Math.min(count, concurrency) }, lane));
}
