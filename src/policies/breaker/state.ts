import type { BreakerRule } from "../../call/call.ts";
import { countIn, totalIn, type Window } from "../../call/window.ts";

/** What is known of a target; plain data, so that any store can keep it. */
export interface BreakerState {
  readonly window: Window<"ok" | "failed">;
  /** Closed when `undefined`. */
  readonly openUntil?: number | undefined;
  /** A probe is under way, and nobody else is let through before this time. */
  readonly probeUntil?: number | undefined;
  /** How often it has opened without a healthy window in between. */
  readonly openings: number;
  readonly closedAt: number;
  /** What the last failure said. */
  readonly lastFailure?: string | undefined;
}

export const healthy: BreakerState = { window: { slices: [] }, openings: 0, closedAt: 0 };

/** Whether a request may go to the target now, as an ordinary one or as the probe of a half-open breaker. */
export type Admission =
  | { readonly type: "go" }
  | { readonly type: "probe" }
  | {
      readonly type: "wait";
      /** Until the target may be asked; `undefined` while a probe is asking it. */
      readonly ms: number | undefined;
    };

/** How a request ended, as far as the target's health is concerned. */
export type Health =
  | { readonly type: "ok" }
  | { readonly type: "unknown" }
  | { readonly type: "failed"; readonly reason: string; readonly retryAfterMs: number | undefined };

/** Asks for admission. A breaker whose cooldown is over lets one probe through, for as long as `probeMs`. */
export function admit(
  state: BreakerState,
  now: number,
  probeMs: number,
): [BreakerState, Admission] {
  if (state.openUntil === undefined) return [state, { type: "go" }];
  if (now < state.openUntil) return [state, { type: "wait", ms: state.openUntil - now }];
  if (now < (state.probeUntil ?? 0)) return [state, { type: "wait", ms: undefined }];
  return [{ ...state, probeUntil: now + probeMs }, { type: "probe" }];
}

/** Takes in how a request ended. */
export function settle(
  state: BreakerState,
  admission: Admission,
  health: Health,
  rule: BreakerRule,
  now: number,
): BreakerState {
  const isProbe = admission.type === "probe";
  switch (health.type) {
    case "unknown":
      return isProbe ? { ...state, probeUntil: undefined } : state;
    case "ok":
      if (isProbe) return { ...healthy, openings: state.openings, closedAt: now };
      return { ...state, window: countIn(state.window, { ok: 1, failed: 0 }, now, rule.windowMs) };
    case "failed":
      return afterFailure(state, isProbe, health, rule, now);
  }
}

function afterFailure(
  before: BreakerState,
  isProbe: boolean,
  { reason, retryAfterMs = 0 }: Extract<Health, { type: "failed" }>,
  rule: BreakerRule,
  now: number,
): BreakerState {
  const window = countIn(before.window, { ok: 0, failed: 1 }, now, rule.windowMs);
  const state = { ...before, window, lastFailure: reason };
  if (isProbe) return open({ ...state, probeUntil: undefined }, retryAfterMs, rule, now);
  if (state.openUntil !== undefined) {
    return { ...state, openUntil: Math.max(state.openUntil, now + retryAfterMs) };
  }
  return isFailing(window, rule, now) ? open(state, retryAfterMs, rule, now) : state;
}

function isFailing(window: Window<"ok" | "failed">, rule: BreakerRule, now: number): boolean {
  const failed = totalIn(window, "failed", now, rule.windowMs);
  const calls = failed + totalIn(window, "ok", now, rule.windowMs);
  return calls >= rule.minimumCalls && failed / calls >= rule.failureRate;
}

/** Never shortens a cooldown, and never ends it sooner than the provider asked. */
function open(
  state: BreakerState,
  retryAfterMs: number,
  rule: BreakerRule,
  now: number,
): BreakerState {
  const wasHealthy = state.openUntil === undefined && now - state.closedAt > rule.windowMs;
  const openings = wasHealthy ? 1 : state.openings + 1;
  const cooldownMs = Math.min(rule.maxCooldownMs, rule.cooldownMs * 2 ** (openings - 1));
  const openUntil = Math.max(state.openUntil ?? 0, now + cooldownMs, now + retryAfterMs);
  return { ...state, openings, openUntil };
}
