import fc from "fast-check";
import { expect, test } from "vitest";
import { exactJson, exactLine } from "./exact.ts";

test.each([
  ["zero-width space", "acc\u200bount", "acc\\u200bount"],
  ["right-to-left override", "\u202egpj.exe", "\\u202egpj.exe"],
  ["escape sequence", "\u001b[2J", "\\u001b[2J"],
  ["soft hyphen", "a\u00adb", "a\\u00adb"],
  ["no-break space", "1\u00a0000", "1\\u00a0000"],
  ["Hangul filler", "a\u3164", "a\\u3164"],
  ["letters of the tag block", "a\u{e0041}", "a\\udb40\\udc41"],
  ["line separator", "a\u2028b", "a\\u2028b"],
  ["line break", "a\nb", "a\\nb"],
  ["plain text of many scripts", "Ærø 東京 привет 👍 $5", "Ærø 東京 привет 👍 $5"],
])("%s", (_, text, shown) => {
  expect(exactLine(text)).toBe(shown);
});

test("JSON stays JSON of the same value, and hides no character", () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: "binary" }), (value) => {
      const shown = exactJson(value);
      expect(JSON.parse(shown)).toEqual(JSON.parse(JSON.stringify(value)));
      expect(shown).toMatch(/^(?:\n|[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}])*$/u);
    }),
  );
});
