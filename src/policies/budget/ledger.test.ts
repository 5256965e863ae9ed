import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addSpending, type BudgetLimit, noSpending, type Spending } from "../../call/budget.ts";
import { BudgetLedger, type Reservation } from "./ledger.ts";

const day = 86_400_000;
const noon = Date.parse("2026-11-24T12:00:00Z");
const midnight = Date.parse("2026-11-25T00:00:00Z");
const perDay = (max: number): BudgetLimit => ({ kind: "tokens", max, windowMs: day, waitMs: 0 });
const tokens = (count: number): Spending => ({ costUsd: 0, tokens: count, requests: 1 });
const allOf = (used: Spending) => ({ used, most: used });

/** Reserves what is asked if there is room. */
function ask(ledger: BudgetLedger, count: number, now: number): Reservation | undefined {
  const reservation = ledger.reservationFor(tokens(count));
  if (ledger.obstaclesTo(reservation, now).length > 0) return undefined;
  ledger.reserve(reservation);
  return reservation;
}

function taken(reservation: Reservation | undefined): Reservation {
  if (reservation === undefined) throw new Error("expected room");
  return reservation;
}

describe("room", () => {
  test("is taken by what calls in flight may use, and given back as far as they did not", () => {
    const ledger = new BudgetLedger([perDay(100)]);
    const first = taken(ask(ledger, 60, noon));
    expect(ask(ledger, 60, noon)).toBeUndefined();
    expect(ask(ledger, 40, noon)).toBeDefined();
    ledger.settle(first, allOf(tokens(10)), noon);
    expect(ledger.usesAt(noon)).toMatchObject([{ of: 100, used: 10, reserved: 40 }]);
    expect(ask(ledger, 51, noon)).toBeUndefined();
    expect(ask(ledger, 50, noon)).toBeDefined();
  });

  test("is enough for one call that is alone, however large; for none when it is used up", () => {
    const ledger = new BudgetLedger([perDay(100)]);
    const large = taken(ask(ledger, 5_000, noon));
    expect(ask(ledger, 1, noon)).toBeUndefined();
    ledger.settle(large, allOf(tokens(99)), noon);
    const second = taken(ask(ledger, 5_000, noon));
    ledger.settle(second, allOf(tokens(1)), noon);
    expect(ask(ledger, 1, noon)).toBeUndefined();
  });

  test("must be there in every limit", () => {
    const ledger = new BudgetLedger([
      perDay(100),
      { kind: "requests", max: 2, windowMs: 60_000, waitMs: 0 },
      { kind: "inFlight", max: 1, waitMs: 5 },
    ]);
    const first = taken(ask(ledger, 10, noon));
    const obstacles = ledger.obstaclesTo(ledger.reservationFor(tokens(95)), noon);
    expect(obstacles.map(({ use }) => use.limit)).toEqual(["tokens", "inFlight"]);
    ledger.settle(first, allOf({ costUsd: 0, tokens: 10, requests: 2 }), noon);
    const later = ledger.obstaclesTo(ledger.reservationFor(tokens(10)), noon + 1);
    expect(later.map(({ use }) => use.limit)).toEqual(["requests"]);
    expect(ask(ledger, 10, noon + 60_000)).toBeDefined();
  });

  test("that others have used is used", () => {
    const ledger = new BudgetLedger([perDay(100)]);
    for (const account of ledger.accountsAt(noon)) account.others = tokens(80);
    expect(ask(ledger, 30, noon)).toBeDefined();
    expect(ask(ledger, 1, noon)).toBeUndefined();
    expect(ledger.usesAt(midnight)).toMatchObject([{ used: 0, reserved: 30 }]);
  });
});

describe("another attempt of a call", () => {
  test("has room beside what the call has spent, or when no other call is in flight", () => {
    const ledger = new BudgetLedger([perDay(100), { kind: "inFlight", max: 2, waitMs: 0 }]);
    const first = taken(ask(ledger, 40, noon));
    const other = taken(ask(ledger, 10, noon));
    const again = (spent: number) => ledger.reservationFor(tokens(40), tokens(spent));
    expect(ledger.obstaclesTo(again(50), noon, first)).toEqual([]);
    expect(ledger.obstaclesTo(again(51), noon, first)).toHaveLength(1);
    ledger.settle(other, allOf(tokens(1)), noon);
    expect(ledger.obstaclesTo(again(98), noon, first)).toEqual([]);
    expect(ledger.obstaclesTo(again(99), noon, first)).toHaveLength(1);
  });
});

describe("a window", () => {
  test("of a day ends at midnight UTC; what is spent then counts in the next", () => {
    const ledger = new BudgetLedger([perDay(100)]);
    const before = taken(ask(ledger, 60, midnight - 1));
    const after = taken(ask(ledger, 30, midnight - 1));
    ledger.settle(before, allOf(tokens(50)), midnight - 1);
    expect(ledger.usesAt(midnight - 1)).toMatchObject([
      { used: 50, reserved: 30, windowMs: day, resetsAt: midnight },
    ]);
    ledger.settle(after, allOf(tokens(20)), midnight);
    expect(ledger.usesAt(midnight)).toMatchObject([
      { used: 20, reserved: 0, resetsAt: midnight + day },
    ]);
  });

  test("holds every moment in exactly one place, whatever its length", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1_000, max: 40 * day }),
        fc.integer({ min: 0, max: 4e12 }),
        (windowMs, now) => {
          const ledger = new BudgetLedger([{ kind: "tokens", max: 1, windowMs, waitMs: 0 }]);
          const [use] = ledger.usesAt(now);
          const resetsAt = use?.resetsAt ?? 0;
          expect(resetsAt % windowMs).toBe(0);
          expect(resetsAt).toBeGreaterThan(now);
          expect(resetsAt - windowMs).toBeLessThanOrEqual(now);
        },
      ),
    );
  });
});

describe("an estimate", () => {
  test("is never below what recent calls have used, and comes back to itself in time", () => {
    const ledger = new BudgetLedger([perDay(1e9)]);
    const call = (real: number): number => {
      const reservation = taken(ask(ledger, 100, noon));
      ledger.settle(reservation, allOf(tokens(real)), noon);
      return reservation.next.tokens;
    };
    expect(call(300)).toBe(100);
    expect(call(50)).toBe(300);
    const later = Array.from({ length: 100 }, () => call(50));
    expect(later[0]).toBeGreaterThan(285);
    expect(later.at(-1)).toBe(100);
  });

  test("learns nothing from requests that were refused, or whose use is itself an estimate", () => {
    const ledger = new BudgetLedger([perDay(1e9)]);
    ledger.settle(taken(ask(ledger, 100, noon)), { used: tokens(0), most: tokens(0) }, noon);
    ledger.settle(taken(ask(ledger, 100, noon)), { used: tokens(900), most: noSpending }, noon);
    expect(ledger.reservationFor(tokens(100)).next.tokens).toBe(100);
  });
});

type Step =
  | { readonly type: "ask"; readonly tokens: number }
  | { readonly type: "ask again" | "settle"; readonly which: number; readonly share: number }
  | { readonly type: "pass"; readonly ms: number };

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ type: fc.constant("ask"), tokens: fc.integer({ min: 1, max: 300 }) }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        type: fc.constantFrom("ask again", "settle"),
        which: fc.nat({ max: 50 }),
        share: fc.double({ min: 0, max: 1, noNaN: true }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ type: fc.constant("pass"), ms: fc.integer({ min: 1, max: 3_000 }) }),
    },
  ),
  { maxLength: 200 },
);

test("no order of calls exceeds a limit by more than one request, and nothing stays reserved", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000 }), steps, (max, sequence) => {
      const ledger = new BudgetLedger([{ kind: "tokens", max, windowMs: 1_000, waitMs: 0 }]);
      const inFlight: Reservation[] = [];
      let now = noon;
      let largest = 0;
      for (const step of sequence) {
        if (step.type === "pass") now += step.ms;
        else if (step.type === "ask") {
          const reservation = ask(ledger, step.tokens, now);
          if (reservation !== undefined) inFlight.push(reservation);
        } else {
          const [older] = inFlight.splice(step.which % (inFlight.length + 1), 1);
          if (older === undefined) continue;
          const { next, spent, estimate } = older;
          const used = addSpending(spent, tokens(Math.floor(next.tokens * step.share)));
          const longer = ledger.reservationFor(estimate, used);
          const mayGoOn = ledger.obstaclesTo(longer, now, older).length === 0;
          if (step.type === "ask again" && mayGoOn) {
            ledger.release(older);
            ledger.reserve(longer);
            inFlight.push(longer);
          } else ledger.settle(older, allOf(used), now);
        }
        largest = Math.max(largest, ...inFlight.map(({ next }) => next.tokens));
        const [use] = ledger.usesAt(now);
        expect((use?.used ?? 0) + (use?.reserved ?? 0)).toBeLessThanOrEqual(max + largest);
      }
      for (const reservation of inFlight) ledger.settle(reservation, allOf(noSpending), now);
      expect(ledger.usesAt(now)).toMatchObject([{ reserved: 0 }]);
    }),
    { numRuns: 500 },
  );
});
