import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readRateLimits } from "./rate-limit-headers.ts";

const now = Date.UTC(2026, 0, 1, 12);

function read(headers: Record<string, string>, status = 200) {
  return readRateLimits((name) => headers[name], status, now);
}

describe("what providers send", () => {
  test("OpenAI: durations", () => {
    const headers = {
      "x-ratelimit-limit-requests": "3000",
      "x-ratelimit-remaining-requests": "2999",
      "x-ratelimit-reset-requests": "20ms",
      "x-ratelimit-limit-tokens": "250000",
      "x-ratelimit-remaining-tokens": "0",
      "x-ratelimit-reset-tokens": "6m0s",
    };
    expect(read(headers).readings).toEqual([
      { unit: "requests", remaining: 2_999, resetMs: 20, limit: 3_000 },
      { unit: "tokens", remaining: 0, resetMs: 360_000, limit: 250_000 },
    ]);
  });

  test("Anthropic: moments, for input and output apart", () => {
    const headers = {
      date: new Date(now).toUTCString(),
      "anthropic-ratelimit-requests-limit": "50",
      "anthropic-ratelimit-requests-remaining": "0",
      "anthropic-ratelimit-requests-reset": "2026-01-01T12:00:30Z",
      "anthropic-ratelimit-input-tokens-remaining": "1000",
      "anthropic-ratelimit-input-tokens-reset": "2026-01-01T12:00:02Z",
      "anthropic-ratelimit-output-tokens-remaining": "7",
      "anthropic-ratelimit-output-tokens-reset": "2026-01-01T11:59:59Z",
    };
    expect(read(headers).readings).toEqual([
      { unit: "requests", remaining: 0, resetMs: 30_000, limit: 50 },
      { unit: "inputTokens", remaining: 1_000, resetMs: 2_000, limit: undefined },
      { unit: "outputTokens", remaining: 7, resetMs: 0, limit: undefined },
    ]);
  });

  test("a clock that differs from ours does not make the wait longer", () => {
    const headers = {
      date: new Date(now + 600_000).toUTCString(),
      "anthropic-ratelimit-requests-remaining": "0",
      "anthropic-ratelimit-requests-reset": "2026-01-01T12:10:04Z",
    };
    expect(read(headers).readings[0]?.resetMs).toBe(4_000);
  });

  test.each([
    ["10", 10_000],
    ["1s", 1_000],
    ["7.66s", 7_660],
    ["2m59.5s", 179_500],
    ["1h2m3s", 3_723_000],
  ])("a reset of %s", (reset, resetMs) => {
    const headers = { "x-ratelimit-remaining-tokens": "1", "x-ratelimit-reset-tokens": reset };
    expect(read(headers).readings[0]?.resetMs).toBe(resetMs);
  });

  test.each<[Record<string, string>, number, number]>([
    [{ ratelimit: '"default";r=50;t=30' }, 50, 30_000],
    [{ ratelimit: '"burst";r=9;t=1, "daily";r=0;t=1200' }, 0, 1_200_000],
    [{ "ratelimit-remaining": "3", "ratelimit-reset": "15" }, 3, 15_000],
  ])("the IETF's fields %j", (headers, remaining, resetMs) => {
    const reading = { unit: "requests", remaining, resetMs, limit: undefined };
    expect(read(headers).readings).toEqual([reading]);
  });

  test.each([
    [429, 2_000],
    [503, 2_000],
    [529, 2_000],
    [500, 0],
    [200, 0],
  ])("Retry-After with status %i", (status, holdMs) => {
    expect(read({ "retry-after": "2" }, status).holdMs).toBe(holdMs);
  });
});

test.each([
  { "x-ratelimit-remaining-requests": "0" },
  { "x-ratelimit-remaining-requests": "-1", "x-ratelimit-reset-requests": "1s" },
  { "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "soon" },
  { "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "1x2s" },
  { "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "1.2.3s" },
  { "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "1722556800" },
  { "anthropic-ratelimit-requests-remaining": "0", "anthropic-ratelimit-requests-reset": "60" },
  { "ratelimit-remaining": "0", "ratelimit-reset": "1722556800" },
  { ratelimit: "r=0" },
])("%j says nothing", (headers) => {
  expect(read(headers as Record<string, string>).readings).toEqual([]);
});

test("whatever a server sends, the result is sound", () => {
  const piece = fc.oneof(
    fc.constantFrom("0", "1", "60", "-1", "1s", "6m0s", "1e999", "NaN", "2026-01-01T12:00:30Z"),
    fc.constantFrom('"a";r=0;t=9', "9".repeat(400), "1".repeat(20_000), "0x10", "Infinity", ""),
    fc.integer().map(String),
    fc.double().map(String),
    fc.date().map(String),
    fc.string(),
  );
  const text = fc.array(piece, { maxLength: 3 }).map((pieces) => pieces.join(""));
  const status = fc.constantFrom(200, 429, 503, 529);
  fc.assert(
    fc.property(fc.infiniteStream(text), status, (texts, code) => {
      const { holdMs, readings } = readRateLimits(() => texts.next().value, code, now);
      expect(holdMs).toBeGreaterThanOrEqual(0);
      for (const { remaining, resetMs, limit = 0 } of readings) {
        for (const number of [remaining, resetMs, limit]) {
          expect(Number.isFinite(number) && number >= 0).toBe(true);
        }
      }
    }),
  );
});
