/**
 * Every default of Seam. `defaults` in the config changes them for all tasks, a task for itself, a call for itself.
 */
export const defaults = {
  /** 3 minutes for a call, everything included. */
  deadlineMs: 180_000,
  attempt: {
    totalMs: 90_000,
    headersMs: 20_000,
    firstTokenMs: 30_000,
    silenceMs: 20_000,
  },
  retry: { attempts: 3, baseDelayMs: 500, maxDelayMs: 20_000 },
  /** Used when a task switches its cache on. */
  cache: { ttlMs: 86_400_000, namespace: "" },
  /** A re-ask after `length` gets at most this many times the first limit. */
  extractRoomFactor: 4,
  store: ".seam/seam.db",
  cacheMemoryBytes: 64 * 1024 * 1024,
} as const;
