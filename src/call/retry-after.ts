/** Further away than this is no time to come back, but some other number, e.g. a time since the epoch. */
export const longestResetMs: number = 31 * 86_400_000;

const httpDate =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)[, ]/;

/**
 * What a provider asks to wait, in milliseconds: `retry-after-ms`, else `retry-after` as seconds or as an HTTP date
 * (RFC 9110, 10.2.3). `undefined` when there is none or it is garbage.
 */
export function retryAfterMs(
  headers: Readonly<Record<string, string | undefined>> | undefined,
  now: number = Date.now(),
): number | undefined {
  if (headers === undefined) return undefined;
  const ms =
    positiveNumber(headers["retry-after-ms"]) ?? secondsOrDate(headers["retry-after"], now) ?? NaN;
  return ms <= longestResetMs ? ms : undefined;
}

function secondsOrDate(value: string | undefined, now: number): number | undefined {
  const seconds = positiveNumber(value);
  if (seconds !== undefined) return seconds * 1_000;
  if (value === undefined || !httpDate.test(value.trim())) return undefined;
  const at = Date.parse(/GMT|UTC|[+-]\d{4}/.test(value) ? value : `${value} GMT`);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}

function positiveNumber(value: string | undefined): number | undefined {
  if (value === undefined || !/^\s*\d+(?:\.\d+)?\s*$/.test(value)) return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}
