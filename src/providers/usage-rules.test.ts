import fc from "fast-check";
import { expect, test } from "vitest";
import { billOf, type Price } from "../call/price.ts";
import { toUsage } from "../call/usage.ts";
import { compatibleUsage } from "./usage-rules.ts";

const count = fc.oneof(
  fc.nat(1e9),
  fc.constantFrom<unknown>(
    undefined,
    null,
    -5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    "12",
    {},
    0.5,
  ),
);

/** Any payload at all: counts that contradict each other, are missing, or are none. */
const payload = fc.record({
  prompt_tokens: count,
  completion_tokens: count,
  total_tokens: count,
  prompt_tokens_details: fc.oneof(
    fc.constantFrom(undefined, null),
    fc.record({ cached_tokens: count, cache_write_tokens: count }),
  ),
  completion_tokens_details: fc.oneof(
    fc.constantFrom(undefined, null),
    fc.record({ reasoning_tokens: count }),
  ),
  prompt_cache_hit_tokens: count,
  cached_tokens: count,
  cache_creation_input_tokens: count,
  cost: count,
  cost_in_usd_ticks: count,
});

const price: Price = { input: 1, output: 5, cacheRead: 0.1, cacheWrite: 1.25, reasoning: 3 };

test("no payload leads to a negative or senseless count or cost", () => {
  fc.assert(
    fc.property(payload, fc.constantFrom(price, undefined), (raw, known) => {
      const { usage, costUsd } = billOf(compatibleUsage(raw), known);
      for (const number of [...Object.values(usage), costUsd]) {
        if (number !== null) expect(number).toBeGreaterThanOrEqual(0);
        if (number !== null) expect(Number.isFinite(number)).toBe(true);
      }
      const { inputTokens, outputTokens, cachedTokens, cacheWriteTokens, reasoningTokens } = usage;
      if (inputTokens !== null) {
        expect((cachedTokens ?? 0) + (cacheWriteTokens ?? 0)).toBeLessThanOrEqual(inputTokens);
      }
      if (outputTokens !== null) expect(reasoningTokens ?? 0).toBeLessThanOrEqual(outputTokens);
      if (known !== undefined && (inputTokens === null || outputTokens === null)) {
        expect(costUsd).toBe(billOf(compatibleUsage(raw), undefined).costUsd);
      }
    }),
  );
});

test("what a payload does not say is unknown", () => {
  const nothing = {
    inputTokens: null,
    outputTokens: null,
    cachedTokens: null,
    cacheWriteTokens: null,
    reasoningTokens: null,
  };
  for (const raw of [undefined, null, {}, { prompt_tokens: -1, completion_tokens: Number.NaN }]) {
    expect(billOf(compatibleUsage(raw), price)).toEqual({ usage: nothing, costUsd: null });
  }
  expect(toUsage(compatibleUsage({ total_tokens: 5, completion_tokens: 2 }))).toEqual({
    ...nothing,
    outputTokens: 2,
  });
});
