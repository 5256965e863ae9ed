import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { prefixOf } from "./prefix.ts";
import type { Segment } from "./segments.ts";

const segment = (text: string, label = "system"): Segment => ({ label, text, tokens: text.length });
const prompt = (...texts: string[]): Segment[] => texts.map((text) => segment(text));
const texts = (prompts: readonly Segment[][]): string[] =>
  prefixOf(prompts).segments.map(({ text }) => text);

describe("the beginning that more than half of the prompts share", () => {
  test("ends where they part", () => {
    expect(texts([prompt("a", "b", "c"), prompt("a", "b", "d"), prompt("a", "b")])).toEqual([
      "a",
      "b",
    ]);
  });

  test("is not broken by the few that are different, and says how many share it", () => {
    const prompts = [...Array(9).fill(prompt("a", "b")), prompt("x", "b")];
    expect(prefixOf(prompts)).toMatchObject({
      share: 0.9,
      segments: [{ text: "a" }, { text: "b" }],
    });
  });

  test("is nothing where two halves differ, or there is no prompt", () => {
    expect(texts([prompt("a"), prompt("b")])).toEqual([]);
    expect(prefixOf([])).toEqual({ segments: [], share: 0, next: undefined });
  });

  test("names the segment after it that begins alike, with about how many tokens", () => {
    const long = "You sort tickets into one of six kinds, and say nothing else. ";
    const prompts = ["one", "two", "three"].map((end) => prompt("tools", long + end));
    expect(prefixOf([...prompts, prompt("tools", "Other")]).next).toEqual({
      label: "system",
      tokens: Math.ceil(long.length / 3),
    });
  });

  test("whatever they are: more than half of them really begin so, and no longer one is shared", () => {
    const any = fc.array(fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 4 }), {
      maxLength: 9,
    });
    fc.assert(
      fc.property(any, (all) => {
        const prompts = all.map((names) => prompt(...names));
        const prefix = texts(prompts);
        const beginning = (from: readonly string[]) =>
          all.filter((names) => from.every((name, index) => names[index] === name)).length;
        if (prefix.length > 0) expect(beginning(prefix) * 2).toBeGreaterThan(all.length);
        expect(prefixOf(prompts).share).toBeCloseTo(
          all.length === 0 ? 0 : beginning(prefix) / all.length,
          9,
        );
        for (const more of ["a", "b", "c"]) {
          expect(beginning([...prefix, more]) * 2).toBeLessThanOrEqual(all.length);
        }
      }),
    );
  });
});
