import fc from "fast-check";
import { expect, test } from "vitest";
import { idempotencyKeyOf } from "./idempotency-key.ts";

test("the same work has the same key, whatever the order of its members", () => {
  const key = idempotencyKeyOf("ticket-4711", "refund", { orderId: "A1", amount: 20 });
  expect(idempotencyKeyOf("ticket-4711", "refund", { amount: 20, orderId: "A1" })).toBe(key);
  expect(key).toMatch(/^[0-9a-f]{64}$/);
});

test.each([
  ["another run", ["ticket-4712", "refund", { amount: 20 }]],
  ["another tool", ["ticket-4711", "refund2", { amount: 20 }]],
  ["another amount", ["ticket-4711", "refund", { amount: "20" }]],
  ["parts that only join to the same text", ["ticket-4711refund", "", { amount: 20 }]],
] as const)("%s has another key", (_, [run, tool, input]) => {
  expect(idempotencyKeyOf(run, tool, input)).not.toBe(
    idempotencyKeyOf("ticket-4711", "refund", { amount: 20 }),
  );
});

test.each([
  ["dates", new Date(1), new Date(2)],
  ["bigints", 1n, 2n],
  ["maps", new Map([["amount", 1]]), new Map([["amount", 2]])],
  ["sets", new Set([1]), new Set([2])],
])("inputs that differ in %s have different keys", (_, one, other) => {
  expect(idempotencyKeyOf("r", "t", { at: one })).not.toBe(
    idempotencyKeyOf("r", "t", { at: other }),
  );
});

test("an input that has been through JSON, with its members in another order, has the same key", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (input) => {
      const turned = Object.fromEntries(Object.entries(input).toReversed());
      const again: unknown = JSON.parse(JSON.stringify(turned));
      expect(idempotencyKeyOf("r", "t", again)).toBe(idempotencyKeyOf("r", "t", input));
    }),
  );
});
