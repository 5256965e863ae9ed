import fc from "fast-check";
import { expect, test } from "vitest";
import { plain } from "./plain.ts";

test("plain JSON stays as it is", () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      const value: unknown = JSON.parse(text);
      expect(plain(value)).toEqual(value);
    }),
  );
});

test("anything becomes JSON that is read as it was written", () => {
  const anything = fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withTypedArray: true,
    withNullPrototype: true,
    withSparseArray: true,
  });
  fc.assert(
    fc.property(fc.record({ value: anything }), (value) => {
      const kept = plain(value);
      expect(JSON.parse(JSON.stringify(kept))).toEqual(kept);
      expect(plain(kept)).toEqual(kept);
    }),
  );
});

test("what JSON does not have says what it was", () => {
  const circle: Record<string, unknown> = { name: "circle" };
  circle["self"] = circle;
  class Ticket {
    readonly #secret = 1;
    readonly text = "late";
    get broken(): number {
      return this.#secret;
    }
  }
  const value = {
    big: 12345678901234567890n,
    infinite: Number.POSITIVE_INFINITY,
    at: new Date(0),
    never: new Date(Number.NaN),
    map: new Map([["a", 1]]),
    set: new Set([1]),
    error: new TypeError("no"),
    bytes: new Uint8Array([1, 2, 3]),
    ticket: new Ticket(),
    call: function named() {},
    throwing: {
      toJSON() {
        throw new Error("not now");
      },
    },
    nothing: [undefined],
    circle,
    __proto__: null,
  };
  expect(JSON.parse(JSON.stringify(plain(value)))).toEqual({
    big: "12345678901234567890",
    infinite: "Infinity",
    at: "1970-01-01T00:00:00.000Z",
    never: null,
    map: [["a", 1]],
    set: [1],
    error: { name: "TypeError", message: "no" },
    bytes: { $bytes: "AQID" },
    ticket: { text: "late" },
    call: "[function named]",
    throwing: "[unreadable: not now]",
    nothing: [null],
    circle: { name: "circle", self: "[circular]" },
  });
});

test("what is too long or too deep is cut, and says so", () => {
  const text = plain("x".repeat(100_000_000)) as string;
  expect(text).toHaveLength(999_999 + "… [99000001 more characters]".length);
  const list = plain(Array.from({ length: 5_000_000 }, () => 1)) as unknown[];
  expect(list.at(-1)).toMatch(/^… \[\d+ more\]$/);
  expect(JSON.stringify(plain({ bytes: new Uint8Array(50_000_000) }))).toBe(
    '{"bytes":"[50000000 bytes]"}',
  );
  let deep: unknown = "bottom";
  for (let level = 0; level < 100_000; level++) deep = [deep];
  expect(JSON.stringify(plain(deep))).toContain("[too deep]");
});
