import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { targetNamed } from "../../../test/support/call.ts";
import { type Continuation, continuationOf } from "../../call/continuation.ts";
import { Splicer, spliced } from "./splice.ts";

const prefilling = { ...targetNamed("test/prefilling"), takesPrefill: () => true };
const asking = targetNamed("test/asking");

function continuation(how: Continuation["how"], text: string): Continuation {
  return continuationOf(how === "prefill" ? prefilling : asking, { prompt: [] }, text);
}

/** Splices piece by piece, each as long as the next of the sizes says. */
function inPieces(from: Continuation, said: string, sizes: readonly number[]): string {
  const splicer = new Splicer(from);
  let text = from.text;
  for (let at = 0, index = 0; at < said.length; index++) {
    const size = sizes[index % sizes.length] ?? 1;
    text += splicer.push(said.slice(at, at + size));
    at += size;
  }
  return text + splicer.end();
}

const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 });
const alphabet = [
  ..."abcde ,.\n",
  "\r\n",
  "  ",
  "é",
  "e\u0301",
  "日本",
  "🎉",
  "👩‍👩‍👧",
  "👍🏽",
  "\u200d",
  "**",
  "| - |",
];
const word = fc.string({ unit: "grapheme", maxLength: 12 });
/** Texts of every kind: of any characters, of few characters, and of the same again and again. */
const answer = fc.oneof(
  fc.string({ unit: "binary", maxLength: 250 }),
  fc.string({ unit: "grapheme", maxLength: 250 }),
  fc.string({ unit: fc.constantFrom(...alphabet), maxLength: 250 }),
  fc.lorem({ maxCount: 60 }),
  fc
    .tuple(
      fc.string({ unit: fc.constantFrom(...alphabet), minLength: 1, maxLength: 9 }),
      fc.nat(150),
      word,
    )
    // No answer has half a character in its middle.
    .map(
      ([unit, times, tail]) =>
        unit
          .repeat(times)
          .slice(0, 400)
          .replace(/[\uD800-\uDBFF]$/, "") + tail,
    ),
);
const cutAnswer = answer.chain((text) =>
  fc.record({ text: fc.constant(text), at: fc.nat(text.length) }),
);

describe("wherever a text of any kind is cut, it is whole again", () => {
  test("when a prefilled answer goes on", () => {
    fc.assert(
      fc.property(cutAnswer, sizes, ({ text, at }, pieces) => {
        const from = continuation("prefill", text.slice(0, at));
        expect(inPieces(from, text.slice(from.sent.length), pieces)).toBe(text);
      }),
      { numRuns: 2_000 },
    );
  });

  test("when the anchor is repeated, with or without white space before it", () => {
    fc.assert(
      fc.property(
        cutAnswer,
        sizes,
        fc.constantFrom("", "\n", " \n"),
        ({ text, at }, pieces, lead) => {
          const from = continuation("request", text.slice(0, at));
          const said = from.anchor + text.slice(from.sent.length);
          expect(inPieces(from, from.anchor === "" ? said : lead + said, pieces)).toBe(text);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test("when the answer is begun anew", () => {
    fc.assert(
      fc.property(cutAnswer, sizes, ({ text, at }, pieces) => {
        const from = continuation("request", text.slice(0, at));
        expect(inPieces(from, text, pieces)).toBe(text);
        if (from.sent !== "") expect(inPieces(from, text.trimStart(), pieces)).toBe(text);
      }),
      { numRuns: 2_000 },
    );
  });

  test("at every single place of a long text", () => {
    const text = `Dear Ms Lind,\r\n\r\nyour order 🎉 left us – naïve cafe\u0301, 日本語, 👩‍👩‍👧 and 👍🏽 –\n\n${"ab".repeat(90)}\n| a | b |\n| - | - |\n${"ha ".repeat(40)}\n\nYours, the 🚚 team`;
    for (let at = 0; at <= text.length; at++) {
      const prefilled = continuation("prefill", text.slice(0, at));
      const asked = continuation("request", text.slice(0, at));
      expect(spliced(prefilled, text.slice(prefilled.sent.length))).toBe(text);
      expect(spliced(asked, asked.anchor + text.slice(asked.sent.length))).toBe(text);
      expect(spliced(asked, text)).toBe(text);
    }
  });
});

describe("a model that does not do as it was told", () => {
  const text =
    "The parcel left our warehouse in Lund on Monday morning. It was handed to the carrier at noon, and it has been";
  const from = continuation("request", text);

  test.each([
    ["begins earlier than the anchor", `${text.slice(20)} on its way since.`],
    ["begins later than the anchor", `${text.slice(-25)} on its way since.`],
    ["repeats nothing", " on its way since."],
    ["begins with a word that is in the text, too", " on its way since."],
  ])("and %s", (_, said) => {
    expect(inPieces(from, said, [3])).toBe(`${text} on its way since.`);
  });

  test.each([
    ["the last word", "The parcel is where the", "the carrier left it", " carrier left it"],
    ["two short ones", "The parcel is on its", "on its way", " way"],
    ["a word that broke off", "It left our ware", "warehouse at noon", "house at noon"],
    ["that of a name in code", "```ts\nconst total = sum", "sum(values);", "(values);"],
    ["a word with an accent", "Es liegt für", "für Sie bereit", " Sie bereit"],
    ["a word from right to left", "זהו טקסט ארוך", "ארוך למדי", " למדי"],
  ])("and repeats %s", (_, text, said, rest) => {
    for (const size of [1, 2, 50]) {
      expect(inPieces(continuation("request", text), said, [size])).toBe(text + rest);
    }
  });

  test("but goes on exactly loses nothing where the text repeats itself, wherever it broke", () => {
    const whole =
      "Of all that has been said before, this is what he wrote: that that was very very good, long long ago, " +
      `no no no, ${"ha ".repeat(30)}hahaha, ${"ab".repeat(40)}, true, true, true, false, 20202020, 1111111111, ` +
      `哈哈哈哈, 谢谢你谢谢你。\n${"| - | x |\n".repeat(12)}\n${"- yes\n".repeat(9)}`;
    for (let at = 60; at <= whole.length; at++) {
      const broken = continuation("request", whole.slice(0, at));
      expect(inPieces(broken, whole.slice(broken.sent.length), [3])).toBe(whole);
    }
  });

  test("and repeats only the anchor's beginning has nothing to add", () => {
    expect(inPieces(from, from.anchor.slice(0, -1), [5])).toBe(text);
  });

  test("and repeats only the text's last words, which stand in it twice, has nothing to add", () => {
    const twice =
      "The parcel left the warehouse in Lund on Monday, says the carrier who fetched it from the warehouse in Lund";
    const broken = continuation("request", twice);
    expect(inPieces(broken, "the warehouse in Lund", [4])).toBe(twice);
    expect(inPieces(broken, "the warehouse in Lund.", [4])).toBe(`${twice}.`);
  });

  test("is believed when what it says is in the text by chance", () => {
    expect(spliced(from, " been")).toBe(`${text} been`);
    expect(spliced(continuation("request", "| a |\n| - |\n| - |\n"), "| - |\n| - |\n")).toBe(
      "| a |\n| - |\n| - |\n| - |\n| - |\n",
    );
  });

  test("loses nothing but what the text has said before", () => {
    fc.assert(
      fc.property(cutAnswer, answer, sizes, ({ text: whole, at }, said, pieces) => {
        const broken = continuation("request", whole.slice(0, at));
        const splicer = new Splicer(broken);
        const text = inPieces(broken, said, pieces);
        splicer.push(said);
        splicer.end();
        expect(text.startsWith(broken.text)).toBe(true);
        expect(text.length).toBe(broken.text.length + said.length - splicer.overlap);
        expect(said.endsWith(text.slice(broken.text.length))).toBe(true);
        const taken = said.slice(0, splicer.overlap).trim();
        expect(`${broken.text}${broken.anchor}`.includes(taken)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });
});

test("no more is held back than is needed to tell a repetition", () => {
  const from = continuation("request", "It left our warehouse in Lund on Monday morning, and");
  const splicer = new Splicer(from);
  expect([from.anchor, " it", " is", " there"].map((piece) => splicer.push(piece))).toEqual([
    "",
    " it",
    " is",
    " there",
  ]);
  expect(splicer.overlap).toBe(from.anchor.length);
  expect(["x", "yz"].map((piece) => new Splicer(from).push(piece))).toEqual(["x", "yz"]);
});

describe("the anchor", () => {
  test("is the text's last words, whole and without white space around them", () => {
    fc.assert(
      fc.property(cutAnswer, ({ text: whole, at }) => {
        const text = whole.slice(0, at);
        const { sent, anchor } = continuation("request", text);
        expect(text.startsWith(sent)).toBe(true);
        expect(text.slice(sent.length).trim()).toMatch(/^[\uD800-\uDBFF]?$/);
        expect(sent.endsWith(anchor)).toBe(true);
        expect(anchor.trim()).toBe(anchor);
        expect(anchor).not.toMatch(/^[\uDC00-\uDFFF]|[\uD800-\uDBFF]$/);
        expect(anchor === sent.trimStart() || anchor.length >= 60).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  test("ends with a whole character, also where white space stands behind half of one", () => {
    expect(continuation("request", "It is 👍".slice(0, -1).concat(" ")).sent).toBe("It is");
  });

  test("begins with a word where it can, and is never what the text begins with", () => {
    const { anchor } = continuation("request", "one two three four ".repeat(20));
    expect(anchor).toMatch(/^(?:two|three|four) /);
    expect(anchor.length).toBeLessThan(100);
    expect(continuation("request", "ab".repeat(200)).anchor).toBe(`b${"ab".repeat(30)}`);
  });
});
