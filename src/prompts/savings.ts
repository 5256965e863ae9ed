import type { Price } from "../call/price.ts";
import type { PromptVolume } from "../events.ts";
import { shortestCacheable } from "../providers/prompt-cache.ts";

/** What a target's prompt cache saves with the prefix of a task, in US dollars a month. */
export interface CacheSavings {
  readonly target: string;
  readonly callsPerMonth: number;
  /** What the prefix costs as plain input; `null` when the price is unknown. */
  readonly prefixUsd: number | null;
  /** What the provider's cache saves as it is used now, its writes taken off; below 0 where they cost more. */
  readonly savesNowUsd: number | null;
  /** What it would save beyond that, were the prefix cached in every call; below 0 where it would cost more. */
  readonly wouldSaveUsd: number | null;
  /** What `wouldSaveUsd` rests on, or why it is `null` or 0. */
  readonly basis: string;
}

export interface Usage {
  /** The prefix's tokens, and the share of calls that begin with it. */
  readonly prefixTokens: number;
  readonly share: number;
  /** How many months of such calls make one month: the extrapolation. */
  readonly perMonth: number;
}

/**
 * Counts a write for the first call and for each one that comes more than five minutes after the one before, and a read
 * for every other; then takes off what the cache saves already.
 */
export function cacheSavings(
  volume: PromptVolume,
  price: Price | undefined,
  { prefixTokens, share, perMonth }: Usage,
): CacheSavings {
  const { target, calls } = volume;
  const callsPerMonth = calls * perMonth;
  const unknown = { target, callsPerMonth, savesNowUsd: null, wouldSaveUsd: null };
  if (price === undefined) return { ...unknown, prefixUsd: null, basis: "its price is not known" };
  const usd = (tokens: number): number => (tokens * perMonth) / 1_000_000;
  const prefix = prefixTokens * calls * share;
  const prefixUsd = usd(prefix * price.input);
  const { cacheRead } = price;
  if (cacheRead === undefined) {
    return { ...unknown, prefixUsd, basis: "no price of cached tokens is known" };
  }
  const off = price.input - cacheRead;
  const extra = (price.cacheWrite ?? price.input) - price.input;
  const savesNowUsd = usd(
    (volume.cachedTokens ?? 0) * off - (volume.cacheWriteTokens ?? 0) * extra,
  );
  const known = { target, callsPerMonth, prefixUsd, savesNowUsd };
  const least = shortestCacheable(target);
  if (prefixTokens < least) {
    const basis = `it is shorter than the ${least} tokens that are cached at least`;
    return { ...known, wouldSaveUsd: 0, basis };
  }
  const writes = 1 + volume.pausesOver5m;
  const saves = usd(prefix * (off - (writes / calls) * (off + extra)));
  return {
    ...known,
    wouldSaveUsd: saves - savesNowUsd,
    basis: `${writes} of ${calls} calls write it, the first and those more than 5 minutes after the one before`,
  };
}
