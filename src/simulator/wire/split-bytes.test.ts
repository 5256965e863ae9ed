import fc from "fast-check";
import { expect, test } from "vitest";
import { splitBytes } from "./split-bytes.ts";

test("the pieces are the text, and every multi-byte character is cut", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (text) => {
      const pieces = splitBytes(text);
      expect(Buffer.concat(pieces).toString("utf8")).toBe(text.toWellFormed());
      const whole = pieces.filter((piece) => !new TextDecoder().decode(piece).includes("\uFFFD"));
      const decoded = whole.map((piece) => new TextDecoder().decode(piece)).join("");
      expect(decoded).toMatch(/^\p{ASCII}*$/u);
    }),
    { seed: 11 },
  );
});

test("long ASCII lines are cut too", () => {
  expect(splitBytes("a".repeat(1000)).length).toBeGreaterThan(10);
});
