import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compress, withoutWhitespace } from "./compress.ts";
import type { ModelRequest } from "./request.ts";

const system = (...texts: string[]): ModelRequest => ({
  prompt: texts.map((content) => ({ role: "system", content })),
});
const texts = ({ prompt }: ModelRequest): unknown[] => prompt.map(({ content }) => content);
const tidySystem = (text: string): unknown => texts(compress(system(text)).request)[0];

describe("whitespace", () => {
  test.each<[what: string, text: string, expected: string]>([
    ["runs of spaces", "Be  brief   and kind.", "Be brief and kind."],
    ["runs of spaces beside apostrophes", "Don't  be the users'  foe.", "Don't be the users' foe."],
    ["spaces at the end of lines", "Be brief.   \nBe kind. ", "Be brief.\nBe kind."],
    ["blank lines beyond the first", "One.\n\n  \n\n\nTwo.", "One.\n\nTwo."],
    ["but not the spaces a line begins with", "- one\n  - two  words", "- one\n  - two words"],
    ["and not the ends of lines", "Be  brief.\r\nAnd  kind.  \r\n", "Be brief.\r\nAnd kind.\r\n"],
  ])("%s", (_, text, expected) => {
    expect(withoutWhitespace(text)).toBe(expected);
  });

  test.each<[what: string, text: string]>([
    ["a fence", "Look:\n```py\nx  =  1   \n\n\n\ny = 2\n```"],
    ["a fence that is never closed", "```\nx  =  1\n\n\ny  = 2  "],
    ["a longer fence around a shorter one", "````\n```\na  b\n```\nc  d  \n````"],
    ["indented code with blank lines in it", "    if  a:\n\n\n        b  = 1"],
    ["a table", "| a  | b |\n|----|---|\n| c  | d |"],
    ["tab-separated values", "name\tage  \nada\t36"],
    ["JSON", '{\n  "a":  1,\n  "b":  "c  d"\n}'],
    ["YAML, with a block of text in it", "text: |\n  one  two\n  three  four"],
    ["examples", "Customer name:  Ada  L.\nAnswer:  yes"],
    ["what stands in quotes", 'Write "a  b" or `c  d` or “e  f”.'],
    ["quotes of other languages", "Write 'a  b', ‘c  d’, «e  f», „g  h“ or 「i  j」."],
    ["comma-separated values", "1,Ada  L.,x  y\n2,Bob,a  b"],
    ["markup", "<name>Ada  L.</name>"],
    ["a quote that goes on in the next line", 'Write "a  b\nc  d".'],
    ["columns", "name      age\nada        36\ngrace     85\n"],
    ["preformatted HTML", "<pre>\na  b\n\n\nc\n</pre>"],
  ])("stays as it is in %s", (_, text) => {
    expect(withoutWhitespace(text)).toBe(text);
  });

  test("prose around code is tidied, the code is not", () => {
    const code = "```\na  b\n\n\n\n```";
    expect(withoutWhitespace(`Be  brief.\n\n\n${code}\n\n\nBe  kind.`)).toBe(
      `Be brief.\n\n${code}\n\nBe kind.`,
    );
  });
});

describe("a sentence said before", () => {
  const rule = "Never tell the customer about another customer's orders.";

  test("is taken out of the system's messages, whatever its spaces are", () => {
    const request = system(
      `${rule} Be kind.`,
      `Be brief.\n- ${rule.replace(" ", "  ")}\nThank them.`,
    );
    const { request: after, repeats } = compress(request);
    expect(texts(after)).toEqual([`${rule} Be kind.`, "Be brief.\nThank them."]);
    expect(repeats).toBe(rule.length + 4);
  });

  test("is taken out of the middle of a line, and the rest of the line stays", () => {
    expect(tidySystem(`${rule}\n- First this. ${rule} Then that.`)).toBe(
      `${rule}\n- First this. Then that.`,
    );
    expect(tidySystem(`${rule}\n- ${rule} Then that.`)).toBe(`${rule}\n- Then that.`);
  });

  test.each<[what: string, text: string]>([
    ["a short one", "Be kind. Be kind."],
    ["an example", `Customer: ${rule}\nCustomer: ${rule}`],
    ["a numbered step", `1. ${rule}\n2. ${rule}`],
    ["what stands between tags", `${rule}\n<example>\n${rule}\n</example>`],
    ["code", `${rule}\n\`\`\`\n${rule}\n\`\`\``],
    ["a rule of another section", `## Refunds\n${rule}\n\n## Exchanges\n${rule}`],
    ["a rule of another case", `- For guests\n  ${rule}\n- For members\n  ${rule}`],
    ["an example without labels", `Example 1\n${rule}\nSay no.\nExample 2\n${rule}\nSay yes.`],
    ["what a label is about", `Exchanges: see below.\n${rule}\nRefunds: see below.\n${rule}`],
    ["one that differs in a letter", `${rule}\n${rule.replace("N", "n")}`],
  ])("stays where it is %s", (_, text) => {
    expect(tidySystem(text)).toBe(text);
  });

  test("stays in another message, when it stood below a heading there", () => {
    const request = system(`## Refunds\n${rule}`, rule);
    expect(compress(request).request).toEqual(request);
  });

  test("stays in the user's texts, and so do the model's and the tools' in all", () => {
    const user = { role: "user", content: [{ type: "text", text: `${rule} ${rule}` }] } as const;
    const answer = { role: "assistant", content: [{ type: "text", text: "a  b  " }] } as const;
    const result = { type: "text", value: "c  d  " } as const;
    const part = { type: "tool-result", toolCallId: "1", toolName: "t", output: result } as const;
    const prompt: unknown = [user, answer, { role: "tool" as const, content: [part] }];
    const request = { prompt } as ModelRequest;
    expect(compress(request).request).toEqual(request);
  });
});

const sentence = "This is a sentence that is long enough to be looked at.";
const pieces = fc.constantFrom(
  sentence,
  "Short one.",
  " ",
  "  ",
  "   ",
  "\t",
  "\n",
  "\n\n",
  "\n\n\n",
  "\r\n",
  "a",
  "- ",
  "1. ",
  "    ",
  "```",
  "~~~",
  "```ts\n",
  "`",
  '"',
  "“",
  "”",
  "| a  | b |",
  '{ "a":  1 }',
  "key: value",
  "<pre>",
  "</pre>",
  "<example>",
  "</example>",
  "\n> ",
  "é̈👩‍👧\u00a0",
);
const anyText = fc
  .array(
    fc.oneof({ weight: 4, arbitrary: pieces }, fc.string({ unit: "grapheme", maxLength: 12 })),
    {
      maxLength: 30,
    },
  )
  .map((parts) => parts.join(""));

/** What must not change, wherever it stands. */
const solid = (text: string): string => text.replace(/\s/g, "");
/** The insides of fences, found in another way than the code does. */
const fences = (text: string): string[] => text.match(/^```\n[^`]*?\n```$/gm) ?? [];

describe("whatever the text is", () => {
  test("tidying changes whitespace only, leaves fences alone, and has nothing left to do", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const once = withoutWhitespace(text);
        expect(solid(once)).toBe(solid(text));
        expect(withoutWhitespace(once)).toBe(once);
        expect(once.length).toBeLessThanOrEqual(text.length);
      }),
      { numRuns: 2_000 },
    );
    fc.assert(
      fc.property(fc.string(), fc.stringMatching(/^[^`]*$/), fc.string(), (before, code, after) => {
        const block = `\`\`\`\n${code}\n\`\`\``;
        const text = `${before.replace(/[`~<]/g, "")}\n${block}\n${after}`;
        expect(fences(text).length === 0 || withoutWhitespace(text).includes(block)).toBe(true);
      }),
    );
  });

  test("compressing twice is compressing once, and only what was said stays said", () => {
    fc.assert(
      fc.property(anyText, anyText, (first, second) => {
        const { request, whitespace, repeats } = compress(system(first, second));
        expect(compress(request)).toEqual({ request, whitespace: 0, repeats: 0 });
        const length = texts(request).join("").length;
        expect(length + whitespace + repeats).toBe(first.length + second.length);
        if (first.includes(sentence)) expect(texts(request).join("\n")).toContain(sentence);
      }),
      { numRuns: 2_000 },
    );
  });

  test("hostile text takes no longer than it must", () => {
    const long = 200_000;
    for (const text of [
      "`",
      " ",
      "“",
      "«",
      "'",
      " '",
      "<",
      "<pre",
      "a,",
      "~",
      "\t",
      "a ",
      ". ",
      '"',
      "\n",
      "- ",
      "a  ",
    ]) {
      const hostile = `${text.repeat(long)}x`;
      const started = performance.now();
      compress(system(hostile, `x${hostile}`));
      expect(performance.now() - started).toBeLessThan(5_000);
    }
  });
});
