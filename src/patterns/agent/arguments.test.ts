import fc from "fast-check";
import { expect, test } from "vitest";
import { readArguments } from "./arguments.ts";

test("any JSON is read as it is, and no text throws", () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      const read = readArguments(text);
      if (read.ok) expect(read.value).toEqual(JSON.parse(text));
      else expect(text).toMatch(/__proto__|constructor/);
    }),
  );
  fc.assert(fc.property(fc.string(), (text) => typeof readArguments(text).ok === "boolean"));
});

test("no arguments are an empty object", () => {
  for (const text of ["", "  \n"]) expect(readArguments(text)).toEqual({ ok: true, value: {} });
});

const nested = (levels: number): string => `${"[".repeat(levels)}${"]".repeat(levels)}`;

test("arguments may be nested, but not without end", () => {
  expect(readArguments(nested(100)).ok).toBe(true);
});

test.each([
  [nested(101), "nested deeper than 100 levels"],
  [`{"a":${nested(200_000)}}`, "nested deeper than 100 levels"],
  ['{"a": 1', "no JSON"],
  ['{"__proto__": {"isAdmin": true}}', "__proto__"],
  ['{"a": [{"\\u005f_proto__": 1}]}', "__proto__"],
  ['{"constructor": {"prototype": {}}}', "constructor"],
])("%.40s is not read", (text, why) => {
  expect(readArguments(text)).toMatchObject({
    ok: false,
    issues: [{ message: expect.stringContaining(why) }],
  });
});
