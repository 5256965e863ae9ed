import { ConfigError } from "../../errors.ts";
import { parseDuration } from "../../util/duration.ts";

/** Milliseconds since the epoch. Text is a duration before `now`, or an ISO date; without a zone it is local time. */
export function momentOf(moment: Date | string, now: number): number {
  if (moment instanceof Date) return moment.getTime();
  const ago = parseDuration(moment);
  if (ago !== undefined) return now - ago;
  const isDate = /^\d{4}-\d{2}-\d{2}/.test(moment);
  const at = Date.parse(/^\d{4}-\d{2}-\d{2}$/.test(moment) ? `${moment}T00:00` : moment);
  if (isDate && !Number.isNaN(at)) return at;
  throw new ConfigError({
    summary: `${JSON.stringify(moment)} is no time`,
    advice:
      'Give how long ago, e.g. "30m", "2h", "7d", or a date, e.g. "2026-01-31" or "2026-01-31T09:00Z".',
  });
}
