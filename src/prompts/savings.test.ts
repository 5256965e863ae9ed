import { describe, expect, test } from "vitest";
import type { PromptVolume } from "../events.ts";
import { cacheSavings } from "./savings.ts";

const price = { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75 };
const volume = (more: Partial<PromptVolume> = {}): PromptVolume => ({
  task: "sort",
  target: "anthropic/claude-sonnet-4-5",
  calls: 1_000,
  firstAt: 0,
  lastAt: 1,
  inputTokens: 2_100_000,
  cachedTokens: 0,
  cacheWriteTokens: 0,
  pausesOver5m: 0,
  ...more,
});
const usage = { prefixTokens: 2_000, share: 1, perMonth: 2 };

describe("what the prompt cache of a provider would save in a month", () => {
  test("all but a tenth of the price for each read, a quarter more for each write", () => {
    const savings = cacheSavings(volume({ pausesOver5m: 99 }), price, usage);
    expect(savings.prefixUsd).toBeCloseTo(12, 9);
    const reads = (900 * 2_000 * 2 * (3 - 0.3)) / 1e6;
    const writes = (100 * 2_000 * 2 * (3.75 - 3)) / 1e6;
    expect(savings.wouldSaveUsd).toBeCloseTo(reads - writes, 9);
  });

  test("is less than nothing where every call comes late", () => {
    const { wouldSaveUsd } = cacheSavings(volume({ pausesOver5m: 999 }), price, usage);
    expect(wouldSaveUsd).toBeCloseTo((-1_000 * 2_000 * 2 * 0.75) / 1e6, 9);
  });

  test("counts only the share of calls that begin so", () => {
    const whole = cacheSavings(volume(), price, usage).wouldSaveUsd ?? 0;
    const half = cacheSavings(volume(), price, { ...usage, share: 0.5 }).wouldSaveUsd;
    expect(half).toBeCloseTo(whole / 2, 9);
  });

  test("takes off what is saved already, its writes included", () => {
    const cached = volume({ cachedTokens: 999 * 2_000, cacheWriteTokens: 2_000 });
    const { savesNowUsd, wouldSaveUsd } = cacheSavings(cached, price, usage);
    expect(savesNowUsd).toBeCloseTo(((999 * 2.7 - 0.75) * 2_000 * 2) / 1e6, 9);
    expect(wouldSaveUsd).toBeCloseTo(0, 9);
  });

  test("is unknown without a price, and without one of cached tokens", () => {
    expect(cacheSavings(volume(), undefined, usage)).toMatchObject({
      prefixUsd: null,
      wouldSaveUsd: null,
      basis: "its price is not known",
    });
    expect(cacheSavings(volume(), { input: 3, output: 15 }, usage)).toMatchObject({
      prefixUsd: expect.closeTo(12, 9),
      wouldSaveUsd: null,
    });
  });

  test("is nothing for a beginning that is shorter than the model caches", () => {
    const haiku = volume({ target: "anthropic/claude-haiku-4-5" });
    expect(cacheSavings(haiku, price, usage)).toMatchObject({
      wouldSaveUsd: 0,
      basis: expect.stringContaining("4096"),
    });
  });
});
