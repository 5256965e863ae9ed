import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonical } from "../../../call/canonical.ts";
import { fromPlain, toPlain } from "./plain.ts";

const throughJson = (value: unknown): unknown =>
  fromPlain(JSON.parse(JSON.stringify(toPlain(value))));

const anything = fc.anything({
  withBigInt: true,
  withDate: true,
  withMap: true,
  withSet: true,
  withTypedArray: false,
  withNullPrototype: true,
  key: fc.oneof(fc.string(), fc.constantFrom("$seam", "value", "__proto__", "toString")),
});

describe("a value as plain JSON", () => {
  test("is the same value again after JSON, whatever it holds", () => {
    fc.assert(
      fc.property(anything, (value) => {
        expect(canonical(throughJson(value))).toBe(canonical(value));
      }),
    );
  });

  test("is itself where it is JSON", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(toPlain(value)).toEqual(value);
      }),
    );
  });

  test("keeps bytes, URLs, invalid dates, and what looks like its own marks", () => {
    const value = {
      bytes: new Uint8Array([0, 255]),
      url: new URL("https://shop.example/?a=1"),
      never: new Date(Number.NaN),
      fake: { $seam: "date", value: 0 },
      nested: new Map([[{ $seam: "x" }, new Set([1n])]]),
    };
    expect(throughJson(value)).toEqual(value);
  });

  test("is not changed by who changes the value afterwards", () => {
    const value = { items: [1] };
    const plain = toPlain(value);
    value.items.push(2);
    expect(fromPlain(plain)).toEqual({ items: [1] });
  });

  test("keeps an instance of a class for the process, and refuses to be stored", () => {
    class Money {
      readonly cents = 5;
    }
    const money = new Money();
    const plain = toPlain({ amount: money });
    expect(fromPlain(plain)).toEqual({ amount: money });
    expect(() => JSON.stringify(plain)).toThrow(/holds a Money, which cannot be stored/);
  });
});
