import fc from "fast-check";
import { jsonrepair } from "jsonrepair";
import { describe, expect, test } from "vitest";
import { isSafeToRepair } from "./repairable.ts";

describe("is mended", () => {
  test.each([
    ["a trailing comma", '{"a": [1, 2,], "b": {},}', { a: [1, 2], b: {} }],
    ["single quotes", "{'a': 'x', 'b': ['y']}", { a: "x", b: ["y"] }],
    ["bare keys", "{a: 1, b_c: 2.5e3, größe: -1}", { a: 1, b_c: 2500, größe: -1 }],
    ["comments between members", '{"a": 1, // one\n /* two */ "b": 2}', { a: 1, b: 2 }],
    ["a missing comma between members", '{"a": 1\n"b": 2}', { a: 1, b: 2 }],
    ["a missing comma between objects", '[{"a": 1} {"a": 2}]', [{ a: 1 }, { a: 2 }]],
    ["the words of Python", '{"a": True, "b": None}', { a: true, b: null }],
    ["a line break in a string", '{"a": "x\ny",}', { a: "x\ny" }],
  ])("%s", (_name, broken, meant) => {
    expect(isSafeToRepair(broken)).toBe(true);
    expect(JSON.parse(jsonrepair(broken))).toEqual(meant);
  });
});

describe("is not mended, because it would be guessed", () => {
  test.each([
    '{"a": }',
    '{"a": , "b": 1}',
    '{"a": undefined}',
    '{"a": -}',
    '{"a": 2e}',
    '{"a": 1.}',
    '{"a"}',
    "[1, 2, ...]",
    '{"a": 1, …}',
    "[1, 2 /* rest omitted */]",
    "[1, 2, // and 5 more\n]",
    '["x", and 3 more]',
    "[1,, 2]",
    "{'b': 'it's'}",
    '{"a": "say "hi" there"}',
    '{"a": maybe}',
    "[1, 2",
    '{"a": "x}',
  ])("%s", (broken) => {
    expect(isSafeToRepair(broken)).toBe(false);
  });
});

test("whatever is JSON already says the same when it is mended", () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.array(fc.jsonValue()), fc.dictionary(fc.string(), fc.jsonValue())),
      (value) => {
        const json = JSON.stringify(value);
        expect(isSafeToRepair(json)).toBe(true);
      },
    ),
  );
});

test("what is cut is never mended", () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string(), fc.jsonValue()),
      fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
      (value, share) => {
        const json = JSON.stringify(value);
        expect(isSafeToRepair(json.slice(0, Math.floor(json.length * share)))).toBe(
          share === 0 || json.slice(0, Math.floor(json.length * share)) === "",
        );
      },
    ),
  );
});
