import { expect, test } from "vitest";
import { formatDuration } from "./duration.ts";

test.each([
  [850, "850 ms"],
  [12_500, "12.5 s"],
  [180_000, "3 m"],
  [200_000, "3 m 20 s"],
  [5_400_000, "1 h 30 m"],
  [86_400_000, "1 d"],
  [7 * 86_400_000 + 3_600_000, "7 d 1 h"],
])("%i ms are shown as %s", (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});
