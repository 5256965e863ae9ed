import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { skeletonText } from "../call/template.ts";
import { InvalidRequest } from "../errors.ts";
import { template } from "./template.ts";

describe("a template", () => {
  test("reads as its text, and knows its fixed words from its variables", () => {
    const ticket = "Where is {order} 4711?";
    const made = template`Sort this.\n${{ ticket }}\nAnswer in ${2} words${true}.`;
    expect(made.text).toBe(`Sort this.\n${ticket}\nAnswer in 2 wordstrue.`);
    expect(`${made}`).toBe(made.text);
    expect(skeletonText(made)).toBe("Sort this.\n{ticket}\nAnswer in {1} words{2}.");
  });

  test("within another one is part of its fixed words, with its own variables", () => {
    const tone = template`Be ${{ tone: "kind" }}.`;
    const made = template`${tone} Sort ${{ ticket: "x" }}. ${{ again: tone }}`;
    expect(made.text).toBe("Be kind. Sort x. Be kind.");
    expect(skeletonText(made)).toBe("Be {tone}. Sort {ticket}. Be {tone}.");
  });

  test.each([
    ["undefined", undefined, "number 1 of a template is undefined"],
    ["a named one that is undefined", { ticket: undefined }, '"ticket" of a template is undefined'],
    ["null", null, "is null"],
    ["a list", ["a"], "is a list"],
    ["an object with several members", { a: 1, b: 2 }, "number 1 of a template is an object"],
    ["an object in an object", { a: { b: 2 } }, '"a" of a template is an object'],
    ["a function", () => "x", "is a function"],
  ])("refuses %s", (_, value, message) => {
    const make = () => template`${value as never}`;
    expect(make).toThrow(InvalidRequest);
    expect(make).toThrow(message);
  });

  test("refuses an escape that is none", () => {
    const make = () => template`C:\users ${1}`;
    expect(make).toThrow("escape");
  });

  test("has as many fixed texts as lie round its variables, which make its text again", () => {
    fc.assert(
      fc.property(
        fc.array(fc.string(), { minLength: 1 }),
        fc.array(fc.string()),
        (texts, given) => {
          const values = texts.slice(1).map((_, index) => given[index] ?? "");
          const strings = Object.assign([...texts], { raw: texts });
          const { text, literals, variables } = template(strings, ...values);
          expect(literals).toEqual(texts);
          expect(variables).toEqual(values.map(() => ""));
          expect(text).toBe(String.raw({ raw: texts }, ...values));
        },
      ),
    );
  });
});
