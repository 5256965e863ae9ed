import type { Random } from "./random.ts";

/** How fast the simulator answers. Nothing set: at once. */
export interface Pace {
  /** Wait before the response headers, in milliseconds. */
  readonly headersMs?: number;
  /** Wait before the first token, in milliseconds: fixed, or drawn from [min, max]. */
  readonly firstTokenMs?: number | readonly [min: number, max: number];
  /** Tokens a second after the first one. Default: no wait between tokens. */
  readonly tokensPerSecond?: number;
}

/** The waits of one answer, drawn once. */
export interface Timing {
  readonly headersMs: number;
  readonly firstTokenMs: number;
  readonly perTokenMs: number;
}

/** Draws the waits of one answer. */
export function drawTiming(pace: Pace, random: Random): Timing {
  return {
    headersMs: pace.headersMs ?? 0,
    firstTokenMs: drawMs(pace.firstTokenMs ?? 0, random),
    perTokenMs: pace.tokensPerSecond ? 1000 / pace.tokensPerSecond : 0,
  };
}

function drawMs(wait: number | readonly [min: number, max: number], random: Random): number {
  if (typeof wait === "number") return wait;
  const [min, max] = wait;
  return min + (max - min) * random();
}

/** Waits `ms`, or until the signal aborts. Resolves in both cases: the caller looks at the signal. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const wake = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", wake);
      resolve();
    };
    const timer = setTimeout(wake, ms);
    signal.addEventListener("abort", wake, { once: true });
  });
}

/** Waits until the signal aborts. */
export function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
