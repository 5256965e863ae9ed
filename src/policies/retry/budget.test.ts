import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { targetNamed } from "../../../test/support/call.ts";
import { RetryBudgets } from "./budget.ts";

const rule = { share: 0.2, floorPerSecond: 1, windowMs: 10_000 };
const target = targetNamed("test/one");

beforeEach(() => {
  vi.useFakeTimers({ now: 1_790_000_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

function takeAll(budgets: RetryBudgets, of = target): number {
  let taken = 0;
  while (taken < 10_000 && budgets.take(of, rule)) taken++;
  return taken;
}

test("a quiet service has the floor; a busy one a share of its first attempts on top", () => {
  const budgets = new RetryBudgets();
  budgets.first(target, rule);
  expect(takeAll(budgets)).toBe(11);
  for (let call = 0; call < 1_000; call++) budgets.first(target, rule);
  expect(takeAll(budgets)).toBe(200);
});

test("what is older than the window counts no more, neither for nor against", () => {
  const budgets = new RetryBudgets();
  for (let call = 0; call < 1_000; call++) budgets.first(target, rule);
  expect(takeAll(budgets)).toBe(210);
  vi.advanceTimersByTime(11_000);
  expect(takeAll(budgets)).toBe(10);
});

test("each target has its own", () => {
  const budgets = new RetryBudgets();
  expect(takeAll(budgets)).toBe(10);
  expect(takeAll(budgets, targetNamed("test/two"))).toBe(10);
});
