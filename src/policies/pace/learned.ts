import type { RateLimitReading, RateLimitReport, RateUnit } from "../../call/rate-limit-headers.ts";

/** What requests take of each limit. Output is not known before it is there: one unit stands for it. */
export type Amounts = Readonly<Record<RateUnit, number>>;

/** So many requests and their input tokens, all together; of one request: itself and all that were sent before it. */
export interface Sent {
  readonly requests: number;
  readonly tokens: number;
}

interface Bucket {
  /** The number of the request whose response told so. */
  readonly toldBy: number;
  readonly limit: number | undefined;
  readonly resetAt: number;
  /** How much comes back in a millisecond; `undefined`: all at `resetAt`, nothing before. */
  readonly perMs: number | undefined;
  remaining: number;
  /** When `remaining` was true. */
  at: number;
}

/** No provider is taken at its word for longer. */
const longestHoldMs = 3_600_000;

/** What a target's responses have told about its limits, and what was sent since. */
export class LearnedLimits {
  readonly #buckets = new Map<RateUnit, Bucket>();
  #heldUntil = 0;
  #sent: Sent = { requests: 0, tokens: 0 };

  /** Whether tokens need to be counted. */
  get countsTokens(): boolean {
    return this.#buckets.has("tokens") || this.#buckets.has("inputTokens");
  }

  /** When the target would take a request, at the soonest. */
  readyAt(amounts: Amounts, now: number): number {
    let at = Math.max(now, this.#heldUntil);
    for (const [unit, bucket] of this.#buckets) at = Math.max(at, readyAt(bucket, amounts[unit]));
    return Math.min(at, now + longestHoldMs);
  }

  /** Counts a request that leaves now. */
  spend(amounts: Amounts, now: number): Sent {
    for (const [unit, bucket] of this.#buckets) {
      if (bucket.perMs === undefined && now >= bucket.resetAt) this.#buckets.delete(unit);
      else take(bucket, amounts[unit], now);
    }
    const { requests, tokens } = this.#sent;
    this.#sent = { requests: requests + 1, tokens: tokens + amounts.inputTokens };
    return this.#sent;
  }

  /** Takes in the headers of a request's response. */
  learn({ holdMs, readings }: RateLimitReport, sent: Sent, now: number): void {
    const heldUntil = now + Math.min(holdMs, longestHoldMs);
    if (holdMs > 0) this.#heldUntil = Math.max(this.#heldUntil, heldUntil);
    for (const reading of readings) this.#read(reading, sent, now);
  }

  #read({ unit, remaining, resetMs, limit }: RateLimitReading, sent: Sent, now: number): void {
    const toldBy = sent.requests;
    if ((this.#buckets.get(unit)?.toldBy ?? 0) > toldBy) return;
    const missing = limit === undefined ? undefined : limit - remaining;
    if (resetMs === 0 || (missing !== undefined && missing <= 0)) {
      this.#buckets.delete(unit);
      return;
    }
    const counted = unit === "requests" || unit === "outputTokens" ? "requests" : "tokens";
    this.#buckets.set(unit, {
      toldBy,
      limit,
      resetAt: now + resetMs,
      perMs: missing === undefined ? undefined : missing / resetMs,
      remaining: remaining - (this.#sent[counted] - sent[counted]),
      at: now,
    });
  }
}

function readyAt({ remaining, limit, perMs, resetAt, at }: Bucket, wanted: number): number {
  const missing = Math.min(wanted, limit ?? wanted) - remaining;
  if (missing <= 0) return 0;
  return perMs === undefined ? resetAt : at + missing / perMs;
}

function take(bucket: Bucket, amount: number, now: number): void {
  const { perMs = 0, limit = Number.POSITIVE_INFINITY } = bucket;
  const back = perMs * (now - bucket.at);
  bucket.remaining = Math.min(limit, bucket.remaining + back) - amount;
  bucket.at = now;
}
