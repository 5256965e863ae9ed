import { expect, test } from "vitest";
import { ConfigError } from "../../errors.ts";
import { messageOf, trialErrorOf } from "./trial-error.ts";

const config = new ConfigError({ summary: "There is no task", advice: "Add it." });

test("what was in the feature's way says nothing about it, also as the cause of its own error", () => {
  expect(trialErrorOf(config)).toMatchObject({ kind: "untried", code: "ConfigError" });
  const wrapped = new Error("no reply", { cause: new Error("no text", { cause: config }) });
  expect(trialErrorOf(wrapped)).toEqual({
    kind: "untried",
    code: "ConfigError",
    message: "no reply",
  });
});

test("anything else is how the feature has answered", () => {
  expect(trialErrorOf(new RangeError("7 is none"))).toEqual({
    kind: "feature",
    code: "RangeError",
    message: "7 is none",
  });
  const circle = new Error("round");
  circle.cause = circle;
  expect(trialErrorOf(circle)).toMatchObject({ kind: "feature", message: "round" });
});

test("whatever is thrown can be told, without secrets", () => {
  expect(messageOf("Authorization: Bearer abcdefghijklmnop1234567890")).not.toContain("abcdefghij");
  for (const thrown of [undefined, null, 7n, Symbol("s"), Object.create(null), { a: 1 }]) {
    expect(typeof trialErrorOf(thrown).message).toBe("string");
  }
});
