import fc from "fast-check";
import { expect, test } from "vitest";
import { answerOf } from "./answer.ts";

const names = ["good", "bad", "not sure", "banal"];
const scale = [1, 2, 3, 10];

test.each([
  ["good", { kind: "label", value: "good", note: null }],
  ["GOOD  because it is", { kind: "label", value: "good", note: "because it is" }],
  ["g", { kind: "label", value: "good", note: null }],
  ["2 too long", { kind: "label", value: "bad", note: "too long" }],
  ["not sure why", { kind: "label", value: "not sure", note: "why" }],
  ["n", { kind: "label", value: "not sure", note: null }],
  ["ban", { kind: "label", value: "banal", note: null }],
  ["  ", { kind: "skip" }],
  [":b", { kind: "back" }],
  [":quit", { kind: "quit" }],
  [":r", { kind: "reject" }],
])("%j among names", (text, answer) => {
  expect(answerOf(text, names)).toEqual(answer);
});

test("of labels that begin alike, the one that was typed whole is meant", () => {
  const labels = ["very", "very good"];
  expect(answerOf("very good", labels)).toMatchObject({ value: "very good", note: null });
  expect(answerOf("very bad", labels)).toMatchObject({ value: "very", note: "bad" });
});

test.each([
  ["ba", '"ba" is none of "bad", "banal"'],
  ["5", '"5" is none of "good", "bad", "not sure", "banal"'],
  ["0", '"0" is none of "good", "bad", "not sure", "banal"'],
  ["goodish", '"goodish" is none of "good", "bad", "not sure", "banal"'],
  [":", ": is none of :skip, :back, :reject, :quit"],
  [":x", ":x is none of :skip, :back, :reject, :quit"],
])("%j is no answer", (text, why) => {
  expect(answerOf(text, names)).toEqual({ kind: "unknown", why });
});

test("numbers of a scale are meant by what they are", () => {
  expect(answerOf("1 hm", scale)).toEqual({ kind: "label", value: 1, note: "hm" });
  expect(answerOf("10", scale)).toEqual({ kind: "label", value: 10, note: null });
  expect(answerOf("4", scale).kind).toBe("unknown");
  expect(answerOf("2.5", scale).kind).toBe("unknown");
  expect(answerOf("-1", [-1, 0, 1])).toEqual({ kind: "label", value: -1, note: null });
});

test("whatever is typed, what is taken for a label is one", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const answer = answerOf(text, names);
      if (answer.kind === "label") expect(names).toContain(answer.value);
    }),
  );
  for (const name of names) expect(answerOf(name, names)).toMatchObject({ value: name });
});
