import { type Duration, formatDuration, parseDuration } from "../../util/duration.ts";
import type { ScoredTrial, Scorer } from "../scorer.ts";
import { notApplicable } from "../scorer.ts";
import { namedScorer, type ScorerOptions } from "./compare.ts";

/**
 * Whether the feature took no longer than this. Does not apply where a cached answer took part.
 *
 * @example latencyUnder("2s")
 */
export function latencyUnder(limit: Duration, options: ScorerOptions = {}): Scorer {
  return limited("latency", parseDuration(limit), options, {
    measured: ({ latencyMs }) => latencyMs,
    unknown: "a cached answer took part, or the time is not known",
    show: formatDuration,
  });
}

/**
 * Whether the feature's calls cost no more than this, in US dollars, as if none had been cached. Does not apply where a price
 * is not known.
 *
 * @example costUnder(0.01)
 */
export function costUnder(limitUsd: number, options: ScorerOptions = {}): Scorer {
  return limited("cost", limitUsd, options, {
    measured: ({ costUsd }) => costUsd,
    unknown: "the cost is not known",
    show: (usd) => `$${Number(usd.toPrecision(3))}`,
  });
}

/**
 * Whether the feature's calls used no more tokens than this, input and output together. Does not apply where they are not
 * known.
 *
 * @example tokensUnder(2_000)
 */
export function tokensUnder(limit: number, options: ScorerOptions = {}): Scorer {
  return limited("tokens", limit, options, {
    measured: ({ tokens }) => tokens,
    unknown: "the tokens are not known",
    show: (tokens) => `${tokens} tokens`,
  });
}

interface Measured {
  readonly measured: (trial: ScoredTrial) => number | null;
  readonly unknown: string;
  readonly show: (value: number) => string;
}

function limited(
  name: string,
  limit: number | undefined,
  options: ScorerOptions,
  { measured, unknown, show }: Measured,
): Scorer {
  if (limit === undefined || !(limit >= 0)) {
    throw new RangeError(`The scorer ${name}: the limit must be 0 or more, e.g. "2s" for a time`);
  }
  return {
    ...namedScorer(name, options),
    score: (trial) => {
      const value = measured(trial);
      if (value === null) return notApplicable(unknown);
      return value <= limit
        ? { score: 1 }
        : { score: 0, reason: `${show(value)} instead of ${show(limit)} at most` };
    },
  };
}
