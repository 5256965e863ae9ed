import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineEval } from "../suite/define-eval.ts";
import { bleu } from "./bleu.ts";
import { contains, containsAll, containsAny } from "./contains.ts";
import { exact } from "./exact.ts";
import { publishedFigures } from "./figures.testkit.ts";
import { jsonEqual, jsonSchema } from "./json.ts";
import { levenshtein } from "./levenshtein.ts";
import { numeric } from "./numeric.ts";
import { regex } from "./regex.ts";
import { rougeL, rougeN } from "./rouge.ts";
import { scored, scoreOf } from "./scorers.testkit.ts";
import { setMatch } from "./set.ts";

describe("what every scorer does", () => {
  it("does not apply where the case expects nothing, and says so", async () => {
    expect(await scored(exact(), "x")).toEqual({
      score: null,
      reason: "the case has no `expected`",
    });
  });

  it("reads what it is told to, of output and case; one value may stand for all cases", async () => {
    const read = contains({
      of: (output: { text: string }) => output.text,
      expected: (expected: { says: string }) => expected.says,
    });
    expect(await scoreOf(read, { text: "30 days" }, { says: "30" })).toBe(1);
    expect(await scoreOf(contains({ expected: "30" }), "30 days")).toBe(1);
    expect(await scoreOf(contains({ expected: () => undefined }), "30 days", "x")).toBeNull();
  });

  it("fails where the output is no text, whatever its type said", async () => {
    await expect(scored(contains(), JSON.parse("[1]"), "x")).rejects.toThrow(
      "`contains` reads the output as text, and it is a list: say where it stands",
    );
  });

  it("has the name and the pass mark that it is given, and refuses a mark that is none", () => {
    expect(exact({ name: "label", passAt: 0.5 })).toMatchObject({ name: "label", passAt: 0.5 });
    expect(exact().name).toBe("exact");
    expect(() => exact({ passAt: 2 })).toThrow("`passAt` must be from 0 to 1, not 2");
  });

  it("fits a suite by its types", () => {
    const data = [{ input: "q", expected: { says: "x" } }];
    const run = async (text: string): Promise<{ text: string }> => ({ text });
    const of = (output: { text: string }): string => output.text;
    const fitting = contains({ of, expected: ({ says }: { says: string }) => says });
    defineEval({
      name: "a",
      data,
      run,
      scorers: [fitting, contains({ of, expected: "x" }), exact()],
    });
    // @ts-expect-error: the output is no text.
    defineEval({ name: "a", data, run, scorers: [contains({ expected: "x" })] });
    // @ts-expect-error: what is expected is no text.
    defineEval({ name: "a", data, run, scorers: [contains({ of })] });
  });
});

describe("exact", () => {
  it("compares text in NFC and trimmed, and capitals where it is told to", async () => {
    expect(await scoreOf(exact(), " caf\u00e9\n", "cafe\u0301")).toBe(1);
    expect(await scoreOf(exact(), "Yes", "yes")).toBe(0);
    expect(await scoreOf(exact({ caseSensitive: false }), "Yes", "yes")).toBe(1);
    expect(await scoreOf(exact({ trim: false }), "yes ", "yes")).toBe(0);
  });

  it("compares values deeply, and says where they differ", async () => {
    const expected = { a: [1, { b: "x" }], constructor: 1 };
    expect(await scoreOf(exact(), { constructor: 1, a: [1, { b: "x" }] }, expected)).toBe(1);
    expect(await scored(exact(), { a: [1, { b: "y" }], constructor: 1 }, expected)).toEqual({
      score: 0,
      reason: 'a.1.b: "y" instead of "x"',
    });
    expect((await scored(exact(), { a: [1, { b: "x" }] }, expected)).reason).toBe(
      "constructor: is missing",
    );
  });
});

describe("contains", () => {
  it("finds one text, any, or the share of all", async () => {
    expect(await scoreOf(contains(), "a b", "b")).toBe(1);
    expect(await scoreOf(contains(), "a b", "B")).toBe(0);
    expect(await scoreOf(contains({ caseSensitive: false }), "STRASSE A", "a")).toBe(1);
    expect(await scoreOf(containsAny(), "a b", ["x", "b"])).toBe(1);
    expect(await scoreOf(containsAny(), "a b", ["x"])).toBe(0);
    expect(await scored(containsAll(), "a b", ["a", "x"])).toEqual({
      score: 0.5,
      reason: 'missing: "x"',
    });
  });
});

describe("regex", () => {
  it("matches patterns of the suite and of the case, and keeps nothing between trials", async () => {
    const scorer = regex({ expected: /order #\d+/g });
    expect(await scoreOf(scorer, "order #12")).toBe(1);
    expect(await scoreOf(scorer, "order #12")).toBe(1);
    expect(await scoreOf(regex({ flags: "i" }), "ORDER", "^order$")).toBe(1);
    expect(await scoreOf(regex(), "ORDER", "^order$")).toBe(0);
  });

  it("refuses a broken pattern of the suite at once", () => {
    expect(() => regex({ expected: "(" })).toThrow(SyntaxError);
  });

  it("ends a pattern that backtracks without end, as a fault", async () => {
    await expect(scored(regex(), `${"a".repeat(40)}!`, "^(a+)+$")).rejects.toThrow(
      "took longer than 1000 ms on a text of 41 characters: it backtracks",
    );
    expect(await scoreOf(regex(), "aaa", "^(a+)+$")).toBe(1);
  });
});

describe("jsonEqual", () => {
  it("reads text as JSON; no JSON scores 0", async () => {
    expect(await scoreOf(jsonEqual(), '{"b": 1, "a": [2]}', { a: [2], b: 1 })).toBe(1);
    expect((await scored(jsonEqual(), "{", {})).reason).toMatch(/^the text is no JSON/);
  });

  it("takes numbers that are near, lists in any order, members beyond the expected", async () => {
    const near = jsonEqual({ tolerance: { absolute: 0.01 }, unordered: true });
    expect(await scoreOf(near, [{ x: 1.005 }, { x: 2 }], [{ x: 2.01 }, { x: 1 }])).toBe(1);
    expect(await scoreOf(near, [{ x: 1.02 }, { x: 2 }], [{ x: 2 }, { x: 1 }])).toBe(0);
    expect(await scoreOf(jsonEqual({ extra: true }), { a: 1, b: 2 }, { a: 1 })).toBe(1);
    expect((await scored(jsonEqual(), { a: 1, b: 2 }, { a: 1 })).reason).toBe("b: is too much");
  });

  it("pairs unordered lists as well as they can be, also where one thing fits several", async () => {
    const near = jsonEqual({ tolerance: { absolute: 1 }, unordered: true });
    expect(await scoreOf(near, [2, 1], [1, 3])).toBe(1);
  });

  it("refuses a tolerance that is none", () => {
    expect(() => jsonEqual({ tolerance: { relative: -1 } })).toThrow(RangeError);
  });
});

describe("jsonSchema", () => {
  it("judges by Standard Schema and by JSON Schema", async () => {
    const schema = z.object({ value: z.number() });
    expect(await scoreOf(jsonSchema(schema), '{"value": 1}')).toBe(1);
    expect((await scored(jsonSchema(schema), { value: "x" })).reason).toMatch(/^value: /);
    const plain = jsonSchema({ properties: { a: { type: "integer" } }, required: ["a"] });
    expect(await scoreOf(plain, { a: 1 })).toBe(1);
    expect(await scoreOf(plain, { a: 1.5 })).toBe(0);
  });

  it("refuses a schema that cannot be read, instead of letting everything pass", () => {
    expect(() => jsonSchema({ $ref: "https://example.com/schema" })).toThrow(
      "cannot read its schema",
    );
  });
});

describe("numeric", () => {
  it.each([
    ["It is $1,234.50.", 1234.5],
    ["12 %", 12],
    ["-3", -3],
    ["\u22123.5", -3.5],
    ["1'234'567", 1_234_567],
    ["1\u202f234,5".replace(",", "."), 1234.5],
    ["about 6.02e23 of them", 6.02e23],
    [".5", 0.5],
    ["GPT-4o says 7".replace("GPT-4o", "It"), 7],
    ["\uff11\uff12", 12],
  ])("reads %j as %d", async (text, value) => {
    expect(await scoreOf(numeric(), text, value)).toBe(1);
  });

  it("reads a decimal comma where it is told to", async () => {
    expect(await scoreOf(numeric({ decimal: "," }), "1.234,50 \u20ac", 1234.5)).toBe(1);
  });

  it("fails where nobody can tell what is meant", async () => {
    await expect(scored(numeric(), "1.234,50", 1234.5)).rejects.toThrow("say how by `decimal`");
    await expect(scored(numeric(), "1,5", 1.5)).rejects.toThrow("say how by `decimal`");
    await expect(scored(numeric(), "3 of 4", 3)).rejects.toThrow("several numbers (3, 4)");
    expect(await scoreOf(numeric({ pick: "last" }), "3 of 4", 4)).toBe(1);
    await expect(scored(numeric(), "3", "none")).rejects.toThrow("`expected` holds no number");
  });

  it("scores 0 where there is none, and says what is off", async () => {
    expect(await scored(numeric(), "no idea", 3)).toEqual({
      score: 0,
      reason: "there is no number",
    });
    expect(await scored(numeric(), "4", 3)).toEqual({ score: 0, reason: "4 instead of 3" });
  });

  it("takes what is near, by unit or by share", async () => {
    expect(await scoreOf(numeric({ absolute: 0.5 }), 3.5, 3)).toBe(1);
    expect(await scoreOf(numeric({ relative: 0.01 }), 101, 100)).toBe(1);
    expect(await scoreOf(numeric({ relative: 0.01 }), 102, 100)).toBe(0);
  });
});

describe("levenshtein", () => {
  it("has the figures of the textbooks", async () => {
    expect(await scoreOf(levenshtein(), "kitten", "sitting")).toBeCloseTo(1 - 3 / 7);
    expect(await scoreOf(levenshtein(), "", "")).toBe(1);
    expect(await scoreOf(levenshtein(), "", "abc")).toBe(0);
    expect(await scoreOf(levenshtein(), "\u{1f600}a", "\u{1f601}a")).toBe(0.5);
  });

  it("refuses texts that would take minutes", async () => {
    const long = "ab".repeat(10_000);
    await expect(scored(levenshtein(), long, long)).rejects.toThrow("too long to be compared");
  });
});

describe("rouge and bleu have the figures of rouge-score and sacreBLEU", () => {
  it.each(publishedFigures)("$given / $reference", async (row) => {
    const { given, reference } = row;
    for (const [index, measure] of (["precision", "recall", "f1"] as const).entries()) {
      expect(await scoreOf(rougeL({ measure }), given, reference)).toBeCloseTo(
        row.rougeL[index] ?? -1,
        5,
      );
      expect(await scoreOf(rougeN({ measure }), given, reference)).toBeCloseTo(
        row.rouge1[index] ?? -1,
        5,
      );
      expect(await scoreOf(rougeN({ n: 2, measure }), given, reference)).toBeCloseTo(
        row.rouge2[index] ?? -1,
        5,
      );
    }
    for (const smoothing of ["exp", "floor", "add-1", "none"] as const) {
      const score = await scoreOf(bleu({ smoothing }), given, reference);
      expect(score, smoothing).toBeCloseTo(row[`bleu-${smoothing}`], 5);
    }
    expect(await scoreOf(bleu({ tokens: "characters" }), given, reference)).toBeCloseTo(
      row.chars,
      5,
    );
  });

  it("bleu reads entities one after the other", async () => {
    expect(await scoreOf(bleu(), "a &amp;lt; b", "a < b")).toBeCloseTo(1, 5);
  });

  it("with several references", async () => {
    const references = ["the cat is on the mat", "there is a cat that sat on a mat today"];
    expect(await scoreOf(bleu(), "the cat sat on the mat", references)).toBeCloseTo(0.427287, 5);
    expect(await scoreOf(bleu(), "it is a guide", ["it is a guide to action", "is it"])).toBe(1);
    expect(await scoreOf(rougeL(), "is it", ["it is a guide", "is it"])).toBe(1);
  });

  it("counts scripts without spaces by character", async () => {
    expect(await scoreOf(rougeL(), "\u6211\u7231\u4f60", "\u6211\u7231\u5979")).toBeCloseTo(2 / 3);
  });
});

describe("setMatch", () => {
  it("gives precision, recall and F1, and names what is missing and too much", async () => {
    const [given, wanted] = [
      ["a", "b", "b", "c"],
      ["a", "b", "x", "y"],
    ];
    expect(await scoreOf(setMatch({ measure: "precision" }), given, wanted)).toBeCloseTo(2 / 3);
    expect(await scoreOf(setMatch({ measure: "recall" }), given, wanted)).toBe(0.5);
    expect(await scored(setMatch(), given, wanted)).toEqual({
      score: 4 / 7,
      reason: 'missing: "x", "y"; too much: "c"',
    });
    expect(await scoreOf(setMatch(), [], [])).toBe(1);
    expect(await scoreOf(setMatch(), ["a"], [])).toBe(0);
  });
});

describe("whatever the texts", () => {
  const anyText = fc.string({ unit: "binary" });
  const scorers = [exact(), contains(), levenshtein(), rougeL(), rougeN(), bleu()];

  it("scores are from 0 to 1, and a text is like itself", async () => {
    await fc.assert(
      fc.asyncProperty(anyText, anyText, async (one, other) => {
        for (const scorer of scorers) {
          const score = await scoreOf(scorer, one, other);
          expect(score, scorer.name).toBeGreaterThanOrEqual(0);
          expect(score, scorer.name).toBeLessThanOrEqual(1);
        }
        for (const scorer of [exact(), contains(), levenshtein(), rougeL()]) {
          expect(await scoreOf(scorer, one, one), scorer.name).toBe(1);
        }
      }),
    );
  });

  it("likeness has no direction", async () => {
    await fc.assert(
      fc.asyncProperty(anyText, anyText, async (one, other) => {
        for (const scorer of [exact(), levenshtein(), rougeL(), rougeN()]) {
          const [there, back] = [
            await scoreOf(scorer, one, other),
            await scoreOf(scorer, other, one),
          ];
          expect(there, scorer.name).toBeCloseTo(back ?? -1, 10);
        }
      }),
    );
  });

  it("values equal themselves in any order, and numbers are read as they were written", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.jsonValue()), async (values) => {
        const reversed = [...values].reverse();
        expect(await scoreOf(jsonEqual({ unordered: true }), reversed, values)).toBe(1);
        expect(await scoreOf(setMatch(), reversed, values)).toBe(1);
        expect(await scoreOf(jsonEqual(), JSON.stringify(values), values)).toBe(1);
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.double({ noNaN: true, noDefaultInfinity: true }), async (value) => {
        expect(await scoreOf(numeric(), `It is ${value}.`, value)).toBe(1);
      }),
    );
  });
});
