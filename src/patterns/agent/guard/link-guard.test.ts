import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { guardText } from "./guard-text.ts";
import { hostsIn, isGrantedHost } from "./hosts.ts";
import { LinkGuard, type LinkRule } from "./link-guard.ts";

const rule: LinkRule = { hosts: ["good.example"], trusted: ["Read https://own.example/page now"] };

/** What links are made of, in any order. */
const parts: readonly string[] = [
  ..."/ \\ @ : ? # [ ] ( ) < > \" ' = & . , * _ ` | { } \n \t \0".split(" "),
  ...[" ", "\n\n", "\u200b", "\u00ad", "\udb40\udc41", "。", "％", "é", "人", "🎉", "x", "y.z"],
  ...["https:", "http://", "//", "\\\\", "ftp:", "x://", "file:///a", "www.", "&#104;", "&colon;"],
  ...["&sol;", "&Tab;", "&amp;", "](", "]:", "![", "</", "<a href=", "<img src=", "style="],
  ...["onclick=", "javascript:", "data:text/html,", "mailto:", "a@evil.example", "?body=x"],
  ...[
    "evil.example",
    "good.example",
    "evil.com",
    "1.2.3.4",
    "[::1]",
    "[link removed: evil.example]",
  ],
  ...["https://good.example/a", "https://evil.example/b", "https://own.example/page?x=1"],
  ...["https://own.example/page"],
];
const texts = fc
  .array(
    fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom(...parts) },
      { weight: 1, arbitrary: fc.string({ maxLength: 4 }) },
    ),
    { maxLength: 24 },
  )
  .map((all) => all.join(""));
const sizes = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 8 });
const runs = { numRuns: 3_000, seed: 20 };

function inPieces(text: string, lengths: readonly number[], by: LinkRule): string[] {
  const guard = new LinkGuard(by);
  const pieces: string[] = [];
  for (let at = 0, turn = 0; at < text.length; turn += 1) {
    const length = lengths[turn % lengths.length] ?? 1;
    pieces.push(guard.push(text.slice(at, at + length)));
    at += length;
  }
  return [...pieces, guard.end()];
}

describe("whatever the text", () => {
  test("the pieces of a stream are, together, the guarded text", () => {
    fc.assert(
      fc.property(texts, sizes, (text, lengths) => {
        expect(inPieces(text, lengths, rule).join("")).toBe(guardText(text, rule).text);
      }),
      runs,
    );
  });

  test("at no time has a foreign host left, nor one that is left by the whole", () => {
    fc.assert(
      fc.property(texts, sizes, (text, lengths) => {
        const pieces = inPieces(text, lengths, rule);
        const allowed = (host: string) => isGrantedHost(host, rule.hosts) || host === "own.example";
        expect(hostsIn(pieces.join("")).filter((host) => !allowed(host))).toEqual([]);
      }),
      runs,
    );
  });

  test("guarding what is guarded changes nothing", () => {
    fc.assert(
      fc.property(texts, (text) => {
        const once = guardText(text, rule).text;
        expect(guardText(once, rule)).toEqual({ text: once, removed: [] });
      }),
      runs,
    );
  });

  test("without an address it stays as it is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 200 }), (text) => {
        const plain = text.replace(/[/\\:<]/g, "-");
        expect(guardText(plain, rule).text).toBe(plain);
      }),
      runs,
    );
  });
});

describe("a stream", () => {
  test("lets text go that holds no address, up to its last word", () => {
    const guard = new LinkGuard(rule);
    expect(guard.push("Your refund of 12.50 EUR is on its")).toBe(
      "Your refund of 12.50 EUR is on ",
    );
    expect(guard.push(" way. [See")).toBe("its way. [");
    expect(guard.push(" this](")).toBe("See this]");
    expect(guard.push("https://good.example/a")).toBe("");
    expect(guard.push("b) and")).toBe("(https://good.example/ab) ");
    expect(guard.end()).toBe("and");
  });

  test("holds back no more than a few thousand characters of what does not end", () => {
    for (const begin of [
      "<img alt='",
      "[x](https://evil.example/",
      "data:text/html,",
      "https://a",
    ]) {
      const guard = new LinkGuard(rule);
      let held = 0;
      let let_ = 0;
      let most = 0;
      for (const piece of [begin, ...Array.from({ length: 400 }, () => "lorem, ipsum".repeat(3))]) {
        held += piece.length;
        let_ += guard.push(piece).length;
        most = Math.max(most, guard.removed.length > 0 ? 0 : held - let_);
      }
      expect(most, begin).toBeLessThan(2_500);
    }
  });

  test("a tag that is longer than may be held is none, and what is in it is looked at", () => {
    const long = `<img alt="${"a ".repeat(1_500)}" src="https://evil.example/x">`;
    const { text, removed } = guardText(long, rule);
    expect(text.startsWith("< img alt=")).toBe(true);
    expect(text).not.toContain("https://evil");
    expect(removed).toEqual([{ kind: "link", host: "evil.example" }]);
  });

  test("what is longer than may be looked at is taken out to its end", () => {
    const { text } = guardText(`a [x](https://evil.example/${"b".repeat(50_000)}) c`, rule);
    expect(text).toBe("a [x] [link removed: evil.example] c");
  });
});

test("a megabyte of brackets, tags, schemes or nothing is read in time that grows with its length", () => {
  const nasty = [
    ...["[", "(", "<a", "](", "](a:", "](https://good.example](", "http://", "<a x='<a x=\"", "&#"],
    ...[
      "<a/x=",
      "\\",
      "/",
      "a.",
      "@",
      "\u200b",
      "]:\n",
      '](//e "',
      "mailto:",
      "data:",
      '<a b="',
      "<",
    ],
  ];
  // A way to read that is quadratic would need hours for one of them.
  for (const unit of nasty) {
    const text = unit.repeat(1_000_000 / unit.length / 4);
    expect(guardText(text, rule).text.length, unit).toBeGreaterThan(0);
  }
});
