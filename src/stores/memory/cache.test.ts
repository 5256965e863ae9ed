import { expect, test } from "vitest";
import { memoryCache } from "./cache.ts";

const hour = 3_600_000;

test("holds no more bytes than it may, and forgets what was used longest ago", () => {
  const cache = memoryCache(100_000);
  const text = "x".repeat(10_000);
  for (const key of ["a", "b", "c", "d"]) void cache.set(key, text, hour);
  expect(cache.get("a")).toBe(text);
  void cache.set("e", text, hour);
  expect(cache.get("b")).toBeUndefined();
  expect(["a", "c", "d", "e"].map((key) => cache.get(key))).toEqual(Array(4).fill(text));
});

test("an answer larger than the whole cache is not kept, and drops nothing else", () => {
  const cache = memoryCache(10_000);
  void cache.set("small", "kept", hour);
  void cache.set("large", "x".repeat(100_000), hour);
  expect(cache.get("large")).toBeUndefined();
  expect(cache.get("small")).toBe("kept");
});

test("counts characters beyond ASCII as what they take in memory", () => {
  const cache = memoryCache(5_000);
  for (let index = 0; index < 50; index++) void cache.set(`key ${index}`, "é".repeat(500), hour);
  const kept = Array.from({ length: 50 }, (_, index) => cache.get(`key ${index}`));
  expect(kept.filter((text) => text !== undefined).length).toBeLessThanOrEqual(5);
});

test("forgets an answer when its time is over", async () => {
  const cache = memoryCache(10_000);
  void cache.set("brief", "text", 5);
  void cache.set("long", "text", hour);
  await new Promise((resume) => setTimeout(resume, 20));
  expect(cache.get("brief")).toBeUndefined();
  expect(cache.get("long")).toBe("text");
});
