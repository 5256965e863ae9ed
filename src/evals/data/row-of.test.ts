import { describe, expect, test } from "vitest";
import { rowOf } from "./row-of.ts";

describe("a row is read as others write it", () => {
  test.each([
    [
      "Seam",
      { id: "a", input: { text: "x" }, expected: true, metadata: { lang: "de" }, critical: true },
      { id: "a", input: { text: "x" }, expected: true, metadata: { lang: "de" }, critical: true },
    ],
    [
      "autoevals and Braintrust",
      { input: "2+2", expected: "4", tags: ["sum"], metadata: { hard: false } },
      { input: "2+2", expected: "4", metadata: { hard: false, tags: ["sum"] } },
    ],
    [
      "Langfuse",
      { id: "i1", input: { q: 1 }, expectedOutput: { a: 2 }, metadata: null, status: "ACTIVE" },
      { id: "i1", input: { q: 1 }, expected: { a: 2 }, metadata: { status: "ACTIVE" } },
    ],
    [
      "Langfuse's Python client",
      { id: "i1", input: "q", expected_output: null },
      { id: "i1", input: "q", metadata: {} },
    ],
    [
      "Inspect",
      { input: [{ role: "user", content: "?" }], target: ["A", "B"], choices: ["A", "B"], id: 7 },
      {
        id: "7",
        input: [{ role: "user", content: "?" }],
        expected: ["A", "B"],
        metadata: { choices: ["A", "B"] },
      },
    ],
    [
      "promptfoo",
      { vars: { name: "Ada" }, description: "a greeting" },
      { input: { name: "Ada" }, metadata: { description: "a greeting" } },
    ],
  ])("%s", (_, record, row) => {
    expect(rowOf(record)).toEqual(row);
  });

  test("an expected null is an answer, and an empty id is none", () => {
    expect(rowOf({ id: "", input: 0, expected: null })).toEqual({
      input: 0,
      expected: null,
      metadata: {},
    });
  });
});

test.each([
  ["a text", /no JSON object/],
  [[1], /no JSON object/],
  [{}, /no `input`\./],
  [{ question: "q", answer: "a" }, /no `input`, only "question", "answer"/],
  [{ input: null }, /no `input`/],
  [{ input: 1, vars: {} }, /both `input` and `vars`/],
  [{ vars: "file.yaml" }, /`vars` are no object/],
  [{ input: 1, expected: 2, target: 3 }, /twice what is expected: expected and target/],
  [{ input: 1, metadata: "de" }, /`metadata` is no object/],
  [{ input: 1, lang: "de", metadata: { lang: "en" } }, /"lang" stands beside its metadata/],
  [{ input: 1, critical: "yes" }, /`critical` is neither/],
  [{ input: 1, id: {} }, /`id` is no text/],
  [{ vars: {}, assert: [] }, /"assert" is an assertion of promptfoo.*seam eval import/],
  [{ input: 1, __expected2: "equals: 4" }, /"__expected2" is an assertion/],
])("%j is refused", (record, message) => {
  expect(() => rowOf(record)).toThrow(message);
});
