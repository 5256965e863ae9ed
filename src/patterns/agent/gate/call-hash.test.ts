import { expect, test } from "vitest";
import { hashOfCall } from "./call-hash.ts";

test("a call's hash does not depend on the order of keys, and on everything else", () => {
  expect(hashOfCall("refund", { a: 1, b: 2 })).toBe(hashOfCall("refund", { b: 2, a: 1 }));
  const hashes = [
    hashOfCall("refund", { a: 1, b: 2 }),
    hashOfCall("refunds", { a: 1, b: 2 }),
    hashOfCall("refund", { a: 1, b: "2" }),
    hashOfCall("refund", { a: 1 }),
    hashOfCall("refund", { a: 1, b: null }),
    hashOfCall("refund", { a: 1n }),
    hashOfCall("refund", { a: new Date(1) }),
    hashOfCall("refund", new Map([["a", 1]])),
    hashOfCall("refund", new Map([["a", 2]])),
    hashOfCall("refund", undefined),
  ];
  expect(new Set(hashes).size).toBe(hashes.length);
});
