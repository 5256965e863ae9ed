import fc from "fast-check";
import { expect, test } from "vitest";
import { countTokens, splitTokens } from "./tokens.ts";

test("pieces join to the text, are counted alike and never cut a character", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const pieces = splitTokens(text);
      expect(pieces.join("")).toBe(text);
      expect(countTokens(text)).toBe(pieces.length);
      expect(pieces.map((piece) => Array.from(piece).length)).toEqual(
        pieces.map((_, index) =>
          index < pieces.length - 1 ? 4 : Array.from(text).length - 4 * (pieces.length - 1),
        ),
      );
    }),
    { seed: 5 },
  );
});
