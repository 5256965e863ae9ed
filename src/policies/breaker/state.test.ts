import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { BreakerRule } from "../../call/call.ts";
import { type Admission, admit, type BreakerState, type Health, healthy, settle } from "./state.ts";

const rule: BreakerRule = {
  failureRate: 0.5,
  minimumCalls: 4,
  windowMs: 10_000,
  cooldownMs: 1_000,
  maxCooldownMs: 8_000,
};
const probeMs = 5_000;
const ok: Health = { type: "ok" };
const failed = (retryAfterMs?: number): Health => ({ type: "failed", reason: "529", retryAfterMs });
const go: Admission = { type: "go" };

function following(state: BreakerState, now: number, ...endings: Health[]): BreakerState {
  return endings.reduce((before, health) => settle(before, go, health, rule, now), state);
}

function opened(now: number, ...endings: Health[]): BreakerState {
  return following(healthy, now, failed(), failed(), failed(), failed(), ...endings);
}

describe("opens", () => {
  test("at the failure rate, and not before the minimum of calls", () => {
    const three = following(healthy, 0, failed(), failed(), failed());
    expect(admit(three, 0, probeMs)[1].type).toBe("go");
    expect(admit(following(three, 0, failed()), 0, probeMs)[1]).toEqual({
      type: "wait",
      ms: 1_000,
    });
    const mostlyWell = following(healthy, 0, ok, ok, ok, failed(), failed());
    expect(admit(mostlyWell, 0, probeMs)[1].type).toBe("go");
    expect(admit(following(mostlyWell, 0, failed()), 0, probeMs)[1].type).toBe("wait");
  });

  test("on what happened inside the window alone", () => {
    const old = following(healthy, 0, failed(), failed(), failed());
    expect(admit(following(old, 11_000, failed()), 11_000, probeMs)[1].type).toBe("go");
  });

  test("never for less than the provider's Retry-After, and a later failure never shortens it", () => {
    const state = opened(0, failed(30_000));
    expect(admit(state, 0, probeMs)[1]).toEqual({ type: "wait", ms: 30_000 });
    expect(admit(following(state, 10, failed(1)), 10, probeMs)[1]).toEqual({
      type: "wait",
      ms: 29_990,
    });
  });
});

describe("half-open", () => {
  test("lets one probe through; success closes it", () => {
    const [probing, first] = admit(opened(0), 1_000, probeMs);
    expect(first).toEqual({ type: "probe" });
    expect(admit(probing, 1_001, probeMs)[1]).toEqual({ type: "wait", ms: undefined });
    const closed = settle(probing, first, ok, rule, 1_500);
    expect(admit(closed, 1_500, probeMs)[1].type).toBe("go");
  });

  test("cools down longer on each reopening, up to the maximum", () => {
    let state = opened(0);
    let now = 0;
    const waits: number[] = [];
    for (let round = 0; round < 6; round++) {
      const [, admission] = admit(state, now, probeMs);
      if (admission.type !== "wait" || admission.ms === undefined)
        throw new Error("expected an open breaker");
      waits.push(admission.ms);
      now += admission.ms;
      const [probing, probe] = admit(state, now, probeMs);
      state = settle(probing, probe, failed(), rule, now);
    }
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 8_000, 8_000]);
  });

  test("a probe whose ending says nothing leaves the place to another, and so does one that is lost", () => {
    const [probing, probe] = admit(opened(0), 1_000, probeMs);
    const freed = settle(probing, probe, { type: "unknown" }, rule, 1_100);
    expect(admit(freed, 1_100, probeMs)[1].type).toBe("probe");
    expect(admit(probing, 6_000, probeMs)[1].type).toBe("probe");
  });

  test("opening again soon after closing is a reopening; after a healthy window it is a first one", () => {
    const [probing, probe] = admit(opened(0), 1_000, probeMs);
    const closed = settle(probing, probe, ok, rule, 1_000);
    const soon = following(closed, 2_000, failed(), failed(), failed(), failed());
    expect(admit(soon, 2_000, probeMs)[1]).toEqual({ type: "wait", ms: 2_000 });
    const later = following(closed, 20_000, failed(), failed(), failed(), failed());
    expect(admit(later, 20_000, probeMs)[1]).toEqual({ type: "wait", ms: 1_000 });
  });
});

test("whatever happens: a cooldown is never shortened but by a probe that went well, and only one probe runs", () => {
  const step = fc.record({
    wait: fc.integer({ min: 0, max: 3_000 }),
    health: fc.oneof(
      fc.constant(ok),
      fc.constant<Health>({ type: "unknown" }),
      fc.option(fc.integer({ min: 0, max: 20_000 }), { nil: undefined }).map(failed),
    ),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let state = healthy;
      let now = 0;
      for (const { wait, health } of steps) {
        now += wait;
        const before = state.openUntil;
        const [admitted, admission] = admit(state, now, probeMs);
        if (admission.type === "probe") expect(admit(admitted, now, probeMs)[1].type).toBe("wait");
        if (admission.type === "wait") expect(admission.ms ?? 1).toBeGreaterThan(0);
        const asked = admission.type === "wait" ? go : admission;
        state = settle(admitted, asked, health, rule, now);
        const closedByProbe = asked.type === "probe" && health.type === "ok";
        if (before !== undefined && !closedByProbe) {
          expect(state.openUntil ?? 0).toBeGreaterThanOrEqual(before);
        }
        if (health.type === "failed" && state.openUntil !== undefined) {
          expect(state.openUntil).toBeGreaterThanOrEqual(now + (health.retryAfterMs ?? 0));
        }
      }
    }),
  );
});
