import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { retryAfterMs } from "./retry-after.ts";

const now = Date.UTC(2026, 0, 15, 12, 0, 0);
const read = (value: string, name = "retry-after"): number | undefined =>
  retryAfterMs({ [name]: value }, now);

describe("Retry-After", () => {
  test.each([
    ["0", 0],
    ["7", 7_000],
    [" 7 ", 7_000],
    ["1.5", 1_500],
    ["Thu, 15 Jan 2026 12:00:30 GMT", 30_000],
    ["Thursday, 15-Jan-26 12:00:30 GMT", 30_000],
    ["Thu Jan 15 12:00:30 2026 GMT", 30_000],
    ["Thu, 15 Jan 2026 11:00:00 GMT", 0],
  ])("%j is read", (value, ms) => {
    expect(read(value)).toBe(ms);
  });

  test.each([
    "",
    "soon",
    "-1",
    "+1",
    "1e3",
    "0x10",
    "NaN",
    "Infinity",
    "1,5",
    "7s",
    "2026-01-15",
    "Thu",
    "Thursday, soon",
    "15".repeat(200),
    "1893456000",
    "Thu, 15 Jan 2093 12:00:30 GMT",
  ])("%j is garbage", (value) => {
    expect(read(value)).toBeUndefined();
  });

  test("in milliseconds wins, unless it is garbage", () => {
    expect(retryAfterMs({ "retry-after-ms": "250", "retry-after": "7" }, now)).toBe(250);
    expect(retryAfterMs({ "retry-after-ms": "soon", "retry-after": "7" }, now)).toBe(7_000);
    expect(retryAfterMs({ "retry-after-ms": "-5" }, now)).toBeUndefined();
    expect(retryAfterMs({}, now)).toBeUndefined();
    expect(retryAfterMs(undefined, now)).toBeUndefined();
  });

  test("is a finite wait or none, whatever a server sends", () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom("retry-after", "retry-after-ms"), (value, name) => {
        const ms = read(value, name);
        expect(ms === undefined || (ms >= 0 && ms <= 31 * 86_400_000)).toBe(true);
      }),
    );
  });
});
