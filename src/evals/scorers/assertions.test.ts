import { describe, expect, it } from "vitest";
import { eventOf } from "../../../test/support/event.ts";
import { Refused } from "../../errors.ts";
import { type Assertion, checkAssertion } from "./assertion.ts";
import { assertions, type CaseAssertion } from "./assertions.ts";
import { scored, trialOf } from "./scorers.testkit.ts";

const schema = { type: "object", required: ["a"], properties: { a: { type: "number" } } };

/** What each assertion says of an output; `not-` says the opposite. */
const table: readonly [assertion: Assertion, holds: string, fails: string][] = [
  [{ type: "equals", value: "Paris" }, "Paris", "Paris "],
  [{ type: "equals", value: 42 }, "42", "43"],
  [{ type: "equals", value: { a: [1] } }, '{"a": [1]}', "no JSON"],
  [{ type: "contains", value: "ab" }, "xaby", "xAby"],
  [{ type: "icontains", value: "ab" }, "xABy", "x"],
  [{ type: "contains-any", value: ["a", "b"] }, "b", "c"],
  [{ type: "icontains-any", value: ["A"] }, "a", "c"],
  [{ type: "contains-all", value: ["a", "b"] }, "ba", "b"],
  [{ type: "icontains-all", value: ["a", "b"] }, "BA", "b"],
  [{ type: "starts-with", value: "Yes" }, "Yes.", "No. Yes"],
  [{ type: "regex", value: "^\\d+$" }, "12", "a"],
  [{ type: "is-json" }, "[1]", "{"],
  [{ type: "is-json", value: schema }, '{"a": 1}', '{"a": "x"}'],
  [{ type: "contains-json" }, 'so: {"a": 1}.', "none"],
  [{ type: "contains-json", value: schema }, 'so: {"b": 1} and {"a": 1}.', 'so: {"b": 1}.'],
  [{ type: "levenshtein", value: "kitten", threshold: 3 }, "sitting", "something"],
  [{ type: "rouge-n", value: "a b c d", threshold: 0.5 }, "a b", "a"],
  [{ type: "bleu", value: "the cat is on the mat" }, "the cat is on the mat", "a dog"],
  [{ type: "is-refusal" }, "I cannot help with that.", "Sure."],
  [{ type: "word-count", value: 2 }, "two words", "one"],
  [{ type: "word-count", value: { min: 2 } }, "two words", "one"],
];

async function scoreWith(assert: readonly CaseAssertion[], output: string): Promise<number | null> {
  return (await scored(assertions(), output, { assert })).score;
}

describe("assertions", () => {
  it.each(table)("%j", async (assertion, holds, fails) => {
    expect(() => checkAssertion(assertion)).not.toThrow();
    expect(await scoreWith([assertion], holds)).toBe(1);
    expect(await scoreWith([assertion], fails)).toBe(0);
    const opposite = { ...assertion, type: `not-${assertion.type}` };
    expect(await scoreWith([opposite], holds)).toBe(0);
    expect(await scoreWith([opposite], fails)).toBe(1);
  });

  it("reads time, cost and tools of the trial, and leaves out what does not apply", async () => {
    const of = (type: string, more: object, assert: object = {}) =>
      scored(assertions(), "", { assert: [{ type, threshold: 10, ...assert }] }, more);
    expect(await of("latency", { latencyMs: 11 })).toMatchObject({ score: 0 });
    expect(await of("cost", { costUsd: 9 })).toMatchObject({ score: 1 });
    expect(await of("latency", {})).toMatchObject({ score: null });
    const response = [
      { type: "tool-call", toolCallId: "1", toolName: "lookUp", input: "{}" },
    ] as const;
    const calls = [eventOf({ id: "1", response })];
    const tool = { value: ["lookUp", "refund"], threshold: 0.6 };
    expect(await of("tool-call-f1", { calls }, tool)).toMatchObject({ score: 1 });
  });

  it("weighs them, and says which do not hold", async () => {
    const assert = [
      { type: "contains", value: "a", weight: 3 },
      { type: "contains", value: "x" },
    ];
    expect(await scored(assertions(), "a", { assert })).toEqual({
      score: 0.75,
      reason: 'contains does not hold: missing: "x"',
    });
    const unweighted = [
      { type: "contains", value: "a" },
      { type: "contains", value: "x", weight: 0 },
    ];
    expect(await scoreWith(unweighted, "a")).toBeLessThan(1);
  });

  it("passes by the case's threshold, and by that of a set", async () => {
    const assert = [
      { type: "contains", value: "a" },
      { type: "contains", value: "x" },
    ];
    expect((await scored(assertions(), "a", { assert, threshold: 0.5 })).score).toBe(1);
    expect((await scored(assertions(), "a", { assert, threshold: 0.6 })).score).toBe(0.5);
    expect(await scoreWith([{ type: "assert-set", threshold: 0.5, assert }], "a")).toBe(1);
    expect(await scoreWith([{ type: "assert-set", assert }], "a")).toBe(0);
  });

  it("has a metric for each name, and does not apply to cases without one", async () => {
    const assert = [
      { type: "contains", value: "a", metric: "tone" },
      { type: "contains", value: "x" },
    ];
    const tone = assertions({ metric: "tone" });
    expect(tone.name).toBe("tone");
    expect((await scored(tone, "a", { assert })).score).toBe(1);
    expect((await scored(assertions(), "a", { assert })).score).toBe(0);
    expect((await scored(tone, "a")).score).toBeNull();
  });

  it("counts a refusal that was asserted", async () => {
    const trial = trialOf("", { assert: [{ type: "is-refusal" }] });
    const scorer = assertions();
    expect(await scorer.scoreError?.({ ...trial, error: new Refused("No.") })).toMatchObject({
      score: 1,
    });
    expect(await scorer.scoreError?.({ ...trial, error: new Error("x") })).toMatchObject({
      score: 0,
    });
  });

  it("fails for what it cannot check", async () => {
    await expect(scoreWith([{ type: "javascript", value: "1" }], "")).rejects.toThrow(
      "There is no assertion javascript",
    );
    await expect(scored(assertions(), "", JSON.parse('{"assert": 1}'))).rejects.toThrow(
      "`assertions` reads `expected.assert` as a list",
    );
    expect(() => checkAssertion({ type: "contains", value: "" })).toThrow("empty `value`");
    expect(() => checkAssertion({ type: "latency" })).toThrow(RangeError);
    expect(() => checkAssertion({ type: "word-count", value: "many" })).toThrow("word-count");
  });
});
