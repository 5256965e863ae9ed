/** How a conversation's tokens, as its provider counts them, relate to the estimates. Plain JSON, kept with it. */
export interface Calibration {
  /** Real tokens for each estimated one; `null` before any were told. */
  readonly ratio: number | null;
  /** What a provider refused as too long has shown: a request may have this many estimated tokens, in this window. */
  readonly ceiling: { readonly tokens: number; readonly window: number } | null;
}

export const uncalibrated: Calibration = { ratio: null, ceiling: null };

/** What one request has shown. */
export interface Measured {
  readonly estimated: number;
  /** Input tokens as the provider told them, cached ones included; `null`: it did not. */
  readonly real: number | null;
}

/** Ratios beyond these say more about one odd request than about the next one. */
const lowestRatio = 0.25;
const highestRatio = 4;
/** The share of a window that is left free: the next messages may be denser than the ones that were counted. */
const margin = 0.05;

/**
 * The calibration after an answer. A request is mostly the one before it and one more turn, so its ratio is the best
 * guess for the next; a ratio that falls is followed half-way, so that one sparse turn lets no dense one overflow.
 */
export function calibrated(before: Calibration, { estimated, real }: Measured): Calibration {
  if (real === null || real <= 0 || estimated <= 0) return before;
  const seen = Math.min(highestRatio, Math.max(lowestRatio, real / estimated));
  const { ratio } = before;
  return { ...before, ratio: ratio === null || seen > ratio ? seen : (ratio + seen) / 2 };
}

/** The calibration after a provider refused a request as too long: the next one is half as long at the most. */
export function afterTooLong(before: Calibration, estimated: number, window: number): Calibration {
  return { ...before, ceiling: { tokens: Math.floor(estimated / 2), window } };
}

/** How many estimated tokens fit a window of that many real ones. */
export function estimateThatFits(window: number, { ratio, ceiling }: Calibration): number {
  const room = Math.floor((window * (1 - margin)) / (ratio ?? 1));
  return ceiling?.window === window ? Math.min(room, ceiling.tokens) : room;
}

/** About how many real tokens an estimate stands for. */
export function realTokens(estimated: number, { ratio }: Calibration): number {
  return Math.round(estimated * (ratio ?? 1));
}
