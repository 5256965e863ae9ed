import { expect, test } from "vitest";
import { nearest } from "./nearest.ts";

const known = ["fallbacks", "deadline", "attempts", "model", "models", "cache"];

test.each([
  ["fallback", "fallbacks"],
  ["deadlin", "deadline"],
  ["dedline", "deadline"],
  ["Attempts", "attempts"],
  ["modle", "model"],
  ["chache", "cache"],
])("%s means %s", (misspelt, meant) => {
  expect(nearest(misspelt, known)).toBe(meant);
});

test.each(["timeout", "x", "", "deadline"])("%s is near to none of them", (name) => {
  expect(nearest(name, known)).toBeUndefined();
});
