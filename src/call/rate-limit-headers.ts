import { parseDuration } from "../util/duration.ts";
import { longestResetMs, retryAfterMs } from "./retry-after.ts";

/** Reads one header of a response by its name in lower case. */
export type HeaderReader = (name: string) => string | null | undefined;

/** What a provider counts; some count input and output apart. */
export type RateUnit = "requests" | "tokens" | "inputTokens" | "outputTokens";

/** What is left of one of a provider's limits. */
export interface RateLimitReading {
  readonly unit: RateUnit;
  readonly remaining: number;
  /** Until the whole limit is there again, in milliseconds. */
  readonly resetMs: number;
  /** The whole limit, when it comes back bit by bit; `undefined`: it comes back at once, at the reset. */
  readonly limit: number | undefined;
}

/** What a response says about the provider's limits. */
export interface RateLimitReport {
  /** How long the provider wants to be left alone; 0 when it does not say. */
  readonly holdMs: number;
  readonly readings: readonly RateLimitReading[];
}

interface Family {
  readonly unit: RateUnit;
  readonly names: Readonly<Record<"remaining" | "reset" | "limit", string>>;
  readonly resetMs: (text: string, now: () => number) => number | undefined;
}

/**
 * OpenAI (and those who speak like it) say the time as `20ms` or `6m0s`, Azure as seconds; Anthropic says when, in
 * RFC 3339. Both mean the time when all is there again: it comes back continuously.
 */
const families: readonly Family[] = [
  openai("requests"),
  openai("tokens"),
  anthropic("requests", "requests"),
  anthropic("tokens", "tokens"),
  anthropic("inputTokens", "input-tokens"),
  anthropic("outputTokens", "output-tokens"),
];

function openai(unit: "requests" | "tokens"): Family {
  const name = (what: string): string => `x-ratelimit-${what}-${unit}`;
  return {
    unit,
    names: { remaining: name("remaining"), reset: name("reset"), limit: name("limit") },
    resetMs: sumOfDurations,
  };
}

function anthropic(unit: RateUnit, word: string): Family {
  const name = (what: string): string => `anthropic-ratelimit-${word}-${what}`;
  return {
    unit,
    names: { remaining: name("remaining"), reset: name("reset"), limit: name("limit") },
    resetMs: untilMoment,
  };
}

/** Statuses whose Retry-After speaks of load, not of one request. */
const busy: ReadonlySet<number> = new Set([429, 503, 529]);

/** Reads what a response says about the provider's limits; what it does not understand counts as not said. */
export function readRateLimits(
  header: HeaderReader,
  status: number,
  now: number = Date.now(),
): RateLimitReport {
  const readings: RateLimitReading[] = [];
  for (const family of families) {
    const remaining = wholeNumber(header(family.names.remaining));
    if (remaining === undefined) continue;
    const reset = header(family.names.reset)?.trim() ?? "";
    const resetMs = family.resetMs(reset, () => serverNow(header, now));
    if (resetMs === undefined) continue;
    const limit = wholeNumber(header(family.names.limit));
    readings.push({ unit: family.unit, remaining, resetMs, limit });
  }
  const standard = standardReading(header);
  if (standard !== undefined) readings.push(standard);
  return { holdMs: busy.has(status) ? retryAfter(header, now) : 0, readings };
}

function retryAfter(header: HeaderReader, now: number): number {
  const names = ["retry-after-ms", "retry-after"];
  const sent = Object.fromEntries(names.map((name) => [name, header(name) ?? undefined]));
  return retryAfterMs(sent, now) ?? 0;
}

/**
 * The fields of the IETF's drafts, in seconds: `RateLimit: "default";r=50;t=30` (draft-ietf-httpapi-ratelimit-headers
 * from 08 on; the policy with the least left counts), or `RateLimit-Remaining` and `RateLimit-Reset` (up to 06).
 */
function standardReading(header: HeaderReader): RateLimitReading | undefined {
  const policies = header("ratelimit")?.split(",") ?? [];
  const readings = policies.map((policy) =>
    inSeconds(/;\s*r=(\d+)/.exec(policy)?.[1], /;\s*t=(\d+)/.exec(policy)?.[1]),
  );
  readings.push(inSeconds(header("ratelimit-remaining"), header("ratelimit-reset")));
  return readings
    .filter((reading) => reading !== undefined)
    .toSorted((a, b) => a.remaining - b.remaining || b.resetMs - a.resetMs)[0];
}

function inSeconds(
  left: string | null | undefined,
  reset: string | null | undefined,
): RateLimitReading | undefined {
  const remaining = wholeNumber(left);
  const resetMs = (wholeNumber(reset) ?? Number.NaN) * 1_000;
  if (remaining === undefined || !(resetMs <= longestResetMs)) return undefined;
  return { unit: "requests", remaining, resetMs, limit: undefined };
}

const longestDuration = 40;

function wholeNumber(text: string | null | undefined): number | undefined {
  return text && /^\s*\d{1,15}\s*$/.test(text) ? Number(text) : undefined;
}

/** `20ms`, `6m0s`, `1h2m3.5s`; a plain number means seconds. */
function sumOfDurations(text: string): number | undefined {
  if (/^\d+(?:\.\d+)?$/.test(text)) return sumOfDurations(`${text}s`);
  const parts = text.length > longestDuration ? [] : (text.match(/[\d.]+[a-z]+/g) ?? []);
  if (parts.length === 0 || parts.join("") !== text) return undefined;
  let sum = 0;
  for (const part of parts) sum += parseDuration(part) ?? Number.NaN;
  return sum <= longestResetMs ? sum : undefined;
}

function untilMoment(text: string, now: () => number): number | undefined {
  if (!/^\d{4}-\d\d-\d\d[Tt ]\d\d:/.test(text)) return undefined;
  const ms = Date.parse(text) - now();
  return Math.abs(ms) <= longestResetMs ? Math.max(0, ms) : undefined;
}

/** Further apart than a second's rounding and the way of the response make them. */
const clocksDifferMs = 5_000;

/** What the provider's clock shows, when it differs from ours. */
function serverNow(header: HeaderReader, now: number): number {
  const date = Date.parse(header("date") ?? "");
  return Math.abs(date - now) > clocksDifferMs ? date : now;
}
