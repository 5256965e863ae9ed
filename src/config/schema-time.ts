import { z } from "zod";
import { longestTimerMs, parseDuration } from "../util/duration.ts";

/** A length of time, in milliseconds once it is read. */
export function time(
  longest: number,
  shortest: number = Number.MIN_VALUE,
): z.ZodType<number, unknown> {
  return z.unknown().transform((value, context) => {
    const ms = parseDuration(value);
    if (ms !== undefined && ms >= shortest && ms <= longest) return ms;
    const message =
      `expected milliseconds above 0 or a text such as "250ms", "10s", "5m", "2h", "7d"` +
      `${longest === longestTimerMs ? ", at most 24 days" : ""}; got ${typeof value === "string" ? JSON.stringify(value) : String(value)}`;
    context.addIssue({ code: "custom", message });
    return z.NEVER;
  });
}

/** A length of time that a timer can wait. */
export const duration: z.ZodType<number, unknown> = time(longestTimerMs);
