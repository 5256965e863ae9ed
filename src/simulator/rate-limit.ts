import { inputTokensOf } from "./answer.ts";
import type { ScriptRequest } from "./request.ts";

/** What the simulator takes of each model, as a provider does: more is answered with 429. */
export interface RateLimit {
  readonly requestsPerMinute?: number;
  /** Input and output together. A request is let in when its input fits; what it answers is counted then. */
  readonly tokensPerMinute?: number;
  /** How long that minute takes, in milliseconds: tests have no time. Default: 60,000. */
  readonly minuteMs?: number;
}

/** What is left of a limit. */
export interface Level {
  readonly limit: number;
  readonly remaining: number;
  /** Milliseconds until all of it is there again. */
  readonly resetMs: number;
}

/** The levels after a request was looked at. */
export type Levels = Readonly<Partial<Record<"requests" | "tokens", Level>>>;

/** What became of a request at the limits. */
export interface Admission {
  /** Set when the request is refused: how soon another one would be let in. */
  readonly retryAfterMs: number | undefined;
  readonly levels: () => Levels;
  /** Takes as many tokens as the answer really used, the input included. */
  readonly settle: (usedTokens: number) => void;
}

/** Looks at one request after the other. */
export type RateLimiter = (request: ScriptRequest) => Admission;

const minute = 60_000;

/** Token buckets for each model, as OpenAI and Anthropic have them: full at first, and refilled continuously. */
export function createRateLimiter(limit: RateLimit): RateLimiter {
  const { requestsPerMinute, tokensPerMinute, minuteMs = minute } = limit;
  for (const [name, value] of Object.entries(limit)) {
    if (!(value > 0)) throw new TypeError(`rateLimit.${name} must be above 0, not ${value}.`);
  }
  const bucketOf = (size: number | undefined): Bucket | undefined =>
    size === undefined ? undefined : new Bucket(size, minuteMs);
  const models = new Map<string, Record<"requests" | "tokens", Bucket | undefined>>();
  return (request) => {
    const key = `${request.protocol} ${request.model}`;
    const buckets = models.get(key) ?? {
      requests: bucketOf(requestsPerMinute),
      tokens: bucketOf(tokensPerMinute),
    };
    models.set(key, buckets);
    const { requests, tokens } = buckets;
    const input = inputTokensOf(request);
    const waitMs = Math.max(requests?.waitFor(1) ?? 0, tokens?.waitFor(input) ?? 0);
    if (waitMs === 0) {
      requests?.take(1);
      tokens?.take(input);
    }
    return {
      retryAfterMs: waitMs === 0 ? undefined : waitMs,
      levels: () => ({
        ...(requests && { requests: requests.level() }),
        ...(tokens && { tokens: tokens.level() }),
      }),
      settle: (usedTokens) => tokens?.take(usedTokens - input),
    };
  };
}

class Bucket {
  readonly #limit: number;
  readonly #perMs: number;
  #filled: number;
  #at = performance.now();

  constructor(limit: number, minuteMs: number) {
    this.#limit = limit;
    this.#perMs = limit / minuteMs;
    this.#filled = limit;
  }

  /** Milliseconds until so much is there; what exceeds the limit is let in when the bucket is full. */
  waitFor(amount: number): number {
    return Math.max(0, Math.min(amount, this.#limit) - this.#now()) / this.#perMs;
  }

  take(amount: number): void {
    this.#filled = Math.min(this.#limit, this.#now() - amount);
  }

  level(): Level {
    const filled = this.#now();
    return {
      limit: this.#limit,
      remaining: Math.max(0, Math.floor(filled)),
      resetMs: (this.#limit - filled) / this.#perMs,
    };
  }

  #now(): number {
    const at = performance.now();
    this.#filled = Math.min(this.#limit, this.#filled + (at - this.#at) * this.#perMs);
    this.#at = at;
    return this.#filled;
  }
}
