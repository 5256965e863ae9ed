import { expect, test } from "vitest";
import { cost, moment, time, usd } from "./format.ts";

test.each([
  [0, "$0"],
  [0.0000152, "$0.0000152"],
  [0.00023456, "$0.000235"],
  [0.5, "$0.5"],
  [12.345, "$12.35"],
  [1234.5, "$1234.50"],
])("%d dollars are written %s", (value, text) => {
  expect(usd(value)).toBe(text);
});

test.each([
  [0.01, 0, "$0.01"],
  [0, 0, "$0"],
  [null, 0, "?"],
  [0.01, 2, "$0.01 + 2?"],
  [0, 1, "1?"],
  [null, 3, "3?"],
])("a cost of %s with %d attempts of unknown cost is written %s", (known, unknown, text) => {
  expect(cost(known, unknown)).toBe(text);
});

test.each([
  [null, "–"],
  [0, "0 ms"],
  [0.123, "0.12 ms"],
  [9.87, "9.9 ms"],
  [850.4, "850 ms"],
  [12_500, "12.5 s"],
])("%s milliseconds are written %s", (ms, text) => {
  expect(time(ms)).toBe(text);
});

test("a moment is written in local time", () => {
  expect(moment(new Date(2026, 0, 31, 9, 5, 2).getTime())).toBe("2026-01-31 09:05:02");
});
