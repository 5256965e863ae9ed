import fc from "fast-check";
import { expect, test } from "vitest";
import { metric } from "../../../evals/result/rows.testkit.ts";
import { code, markdownOf, prose } from "./markdown.ts";
import { caseResultOf, comparisonOf, metricOf, suiteOf } from "./results.testkit.ts";

const evil = [
  "@team please <b>merge</b> | x | `y` **z** [a](https://evil.example) ![p](https://evil.example/p)",
  "</code></summary></details> #12 octo/repo#13 www.evil.example a@evil.example",
  "# Passed",
  "```",
].join("\n");

test("the verdict comes first, then the table, then why, then the cases to fold out", () => {
  const text = markdownOf([
    suiteOf({
      metrics: [metricOf({ comparison: comparisonOf() })],
      slices: [{ field: "language", value: "de", metrics: [metricOf()] }],
      worst: [caseResultOf({ case: "parcel-17", output: "lost", input: "Where?" })],
      gate: {
        passed: false,
        failures: ["accuracy regressed"],
        warnings: ["old"],
        tooManyFaults: false,
      },
    }),
    suiteOf({ start: { suite: "tone" } }),
  ]);
  const lines = text.split("\n");
  expect(lines[0]).toBe("## ❌ Evals: 1 of 2 passed");
  expect(lines[2]).toBe("### ❌ tickets: failed");
  expect(lines[6]).toBe(
    "| accuracy | 0.90 | 0.815 to 0.948 | 80 | 0.98 | −0.08 | −0.145 to −0.015 | 0.034 | **regressed** |",
  );
  expect(text).toContain("- ❌ accuracy regressed\n- ⚠️ old\n");
  expect(text).toContain("<details><summary>Slices</summary>\n\n| metric |");
  expect(text).toContain(
    "<details><summary><code>parcel-17: accuracy 0.00 (was 1.00)</code></summary>",
  );
  expect(text).toContain("Input: ` Where? `");
  expect(text).toContain("```diff\n- a good answer\n+ lost\n```\n\n</details>");
  expect(text).toContain("### ✅ tone: passed");
});

test("texts of models and data are text: no markup, link, image, mention or row of a table", () => {
  const text = markdownOf([
    suiteOf({
      start: { suite: evil, branch: evil },
      metrics: [metricOf({ metric: metric(evil) })],
      slices: [{ field: evil, value: evil, metrics: [metricOf()] }],
      worst: [
        caseResultOf({
          case: evil,
          input: evil,
          output: evil,
          scores: { accuracy: { score: 0, reason: evil } },
        }),
      ],
      gate: { passed: true, failures: [evil], warnings: [evil], tooManyFaults: false },
    }),
  ]);
  const summary = text.match(/<summary><code>.*<\/code><\/summary>/)?.[0] ?? "";
  expect(summary).toContain("&#60;b&#62;merge");
  const outside = withoutCode(text.replace(summary, ""));
  expect(outside).not.toMatch(/@[\w-]/);
  expect(outside).not.toMatch(/#\d/);
  expect(outside).not.toMatch(/https?:\/|www\./);
  const tags = new Set(outside.match(/<[^>\n]*>/g));
  expect(tags).toEqual(new Set(["<details>", "</details>", "<summary>", "</summary>"]));
  expect(outside.match(/<details>/g)).toHaveLength(2);
  const cells = outside.split("\n").filter((line) => line.startsWith("| "));
  for (const row of cells) expect(row.split(/(?<!\\)\|/)).toHaveLength(11);
});

/** What stands outside of blocks and spans of code, as Markdown finds them. */
function withoutCode(text: string): string {
  return text
    .replace(/^(`{3,})[^`\n]*\n[\s\S]*?\n\1$/gm, "")
    .replace(/(?<![\\`])(`+)(?!`)[\s\S]*?(?<!`)\1(?!`)/g, "")
    .replace(/\\[!-/:-@[-`{-~]/g, (mark) => (/[@#:]/.test(mark) ? mark.slice(1) : ""));
}

test("any text within a sentence is one line of escaped marks", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary-ascii" }), (text) => {
      const line = prose(text);
      expect(line).not.toContain("\n");
      expect(line.replace(/\\[!-/:-@[-`{-~]/g, "")).not.toMatch(/[\\`*_[\]<>&|~#!@$:]/);
      expect(line).not.toMatch(/[@#][\w-]/);
    }),
  );
});

test("any text as code ends where its span ends", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("`", "a", " ", "\n", "|", "\\") }), (text) => {
      const span = code(text);
      const fence = span.match(/^`+/)?.[0] ?? "";
      expect(span.endsWith(` ${fence}`)).toBe(true);
      const inner = span.slice(fence.length, -fence.length);
      const runs = (inner.match(/`+/g) ?? []).map(({ length }) => length);
      expect(runs).not.toContain(fence.length);
      expect(inner).not.toContain("\n");
    }),
  );
});

test("a comment is never longer than GitHub takes, and says what was cut", () => {
  const long = "x`@<|".repeat(2_000);
  const worst = Array.from({ length: 200 }, (_, index) =>
    caseResultOf({ case: `case-${index}`, input: long, output: `${long}${index}` }),
  );
  const cases = markdownOf([suiteOf({ worst })]);
  expect(cases.length).toBeLessThanOrEqual(65_536);
  expect(cases.length).toBeGreaterThan(55_000);
  expect(cases).toMatch(/\*\d+ of the cases to look at did not fit into one comment\.\*/);
  expect(cases).toContain("case-0");
  expect(cases.split("<details>")).toHaveLength(cases.split("</details>").length);

  const slices = Array.from({ length: 5_000 }, (_, index) => ({
    field: "customer",
    value: String(index),
    metrics: [metricOf()],
  }));
  const sliced = markdownOf([suiteOf({ slices })]);
  expect(sliced).toContain("*4900 more*");
  const many = markdownOf(
    Array.from({ length: 3_000 }, (_, index) => suiteOf({ start: { suite: `suite-${index}` } })),
  );
  expect(many).toContain("## ✅ Evals: 3000 of 3000 passed");
  expect(many).toMatch(/\*\d+ more suites did not fit into one comment\.\*/);
  for (const text of [sliced, many]) expect(text.length).toBeLessThanOrEqual(65_536);
});
