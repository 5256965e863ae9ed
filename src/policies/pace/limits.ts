import { estimateTokens } from "../../call/estimate.ts";
import { type HeaderReader, readRateLimits } from "../../call/rate-limit-headers.ts";
import { withSettings } from "../../call/request.ts";
import type { PaceRule } from "../../call/target.ts";
import type { TargetedCall } from "../policy.ts";
import { type Amounts, LearnedLimits } from "./learned.ts";
import { SlidingWindow } from "./window.ts";

/** What a request takes of a target's limits. */
export interface Demand {
  /** Of `tokensPerMinute`: the estimate, until the truth is known. */
  readonly tokens: number;
  /** Of what the provider has told about. */
  readonly learned: Amounts;
}

/** The right to send one request. */
export interface Turn {
  /** Takes in the headers of its response. */
  learn(status: number, header: HeaderReader): void;
  /** Gives the place back. `usedTokens`: what it really took, where that is known. Call it once. */
  end(usedTokens: number | undefined): void;
}

const oneRequest: Demand = {
  tokens: 1,
  learned: { requests: 1, tokens: 1, inputTokens: 1, outputTokens: 1 },
};

/** One target's limits, those of the config and those that its responses told, and what was taken of them. */
export class PaceLimits {
  readonly #rule: PaceRule;
  readonly #requests: SlidingWindow | undefined;
  readonly #tokens: SlidingWindow | undefined;
  readonly #learned = new LearnedLimits();
  #inFlight = 0;
  /** What the requests in flight are estimated to take. */
  #tokensInFlight = 0;

  constructor(rule: PaceRule) {
    this.#rule = rule;
    this.#requests = windowOf(rule.requestsPerWindow, rule.windowMs);
    this.#tokens = windowOf(rule.tokensPerWindow, rule.windowMs);
  }

  demandOf({ target, request }: TargetedCall): Demand {
    if (this.#tokens === undefined && !this.#learned.countsTokens) return oneRequest;
    const { input, output } = estimateTokens(withSettings(target.settings, request));
    const { tokensPerWindow = Number.POSITIVE_INFINITY } = this.#rule;
    return {
      tokens: Math.min(input + output, tokensPerWindow),
      learned: { requests: 1, tokens: input, inputTokens: input, outputTokens: 1 },
    };
  }

  /** Whether the config lets it go now. */
  fits(demand: Demand, now: number): boolean {
    const { inFlight = Number.POSITIVE_INFINITY } = this.#rule;
    return this.#inFlight < inFlight && this.readyAt(demand, now) <= now;
  }

  /** When the config lets it go, if nothing ends before. */
  readyAt({ tokens }: Demand, now: number): number {
    const requestsAt = this.#requests?.readyAt(1, now) ?? now;
    return Math.max(requestsAt, this.#tokens?.readyAt(tokens, now) ?? now);
  }

  /** When the config lets it go at the soonest: with so many ahead of it, and if those in flight turn out to take nothing. */
  soonestAt({ tokens }: Demand, ahead: number, now: number): number {
    const requestsAt = this.#requests?.readyAt(ahead + 1, now) ?? now;
    const tokensAt = this.#tokens?.readyAt(tokens - this.#tokensInFlight, now) ?? now;
    return Math.max(requestsAt, tokensAt);
  }

  /** When the provider would take it, by what its responses told. */
  advisedAt({ learned }: Demand, now: number): number {
    return this.#learned.readyAt(learned, now);
  }

  take({ tokens, learned }: Demand, now: number): Turn {
    this.#inFlight++;
    this.#tokensInFlight += tokens;
    this.#requests?.add(1, now);
    const slice = this.#tokens?.add(tokens, now);
    const sent = this.#learned.spend(learned, now);
    return {
      learn: (status, header) => {
        if (!this.#rule.learn) return;
        this.#learned.learn(readRateLimits(header, status), sent, performance.now());
      },
      end: (usedTokens = tokens) => {
        this.#inFlight--;
        this.#tokensInFlight -= tokens;
        if (slice !== undefined) this.#tokens?.correct(slice, usedTokens - tokens);
      },
    };
  }
}

function windowOf(limit: number | undefined, windowMs: number): SlidingWindow | undefined {
  return limit === undefined ? undefined : new SlidingWindow(limit, windowMs);
}
