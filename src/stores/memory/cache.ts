import { LRUCache } from "lru-cache";
import type { CacheStore } from "../../policies/cache/tiers.ts";

/** What an entry costs beyond its text: the key, the bookkeeping. A rough figure, on the safe side. */
const entryOverhead = 256;

/** Answers in this process, least recently used out first, bounded in bytes (UTF-16: two for each character). */
export function memoryCache(maxBytes: number): CacheStore {
  const entries = new LRUCache<string, string>({
    maxSize: maxBytes,
    sizeCalculation: (text) => text.length * 2 + entryOverhead,
  });
  return {
    name: "memory",
    reach: "process",
    get: (key) => entries.get(key),
    set: (key, text, ttlMs) => {
      entries.set(key, text, { ttl: Math.max(1, ttlMs) });
    },
  };
}
