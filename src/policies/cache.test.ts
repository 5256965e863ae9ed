import { describe, expect, test, vi } from "vitest";
import { answerOf, callOf } from "../../test/support/call.ts";
import { textOf } from "../call/assemble.ts";
import type { Call } from "../call/call.ts";
import { Troubles } from "../call/troubles.ts";
import { memoryCache } from "../stores/memory/cache.ts";
import { type CacheStore, slowestReadMs } from "./cache/tiers.ts";
import { cache } from "./cache.ts";

const rule = { ttlMs: 60_000, namespace: "", reach: "lasting", mode: "use" } as const;
const noRead: Pick<CacheStore, "get"> = { get: () => undefined };
const noWrite: Pick<CacheStore, "set"> = { set: () => {} };

function never(): Promise<string | undefined> {
  return new Promise(() => {});
}

function setUp(...stores: CacheStore[]) {
  const reported: string[] = [];
  const troubles = new Troubles((kind) => reported.push(kind));
  const policy = cache(stores, troubles);
  const next = vi.fn(async (_call: Call) => answerOf("good morning"));
  const ask = async (): Promise<{ text: string; call: Call }> => {
    const call = callOf({ cache: rule });
    const answer = await policy(call, next);
    if (answer.mode !== "generate") throw new Error("expected a whole answer");
    return { text: textOf(answer.result.content), call };
  };
  return { ask, next, troubles, reported };
}

describe("a store that misbehaves", () => {
  test.each<[string, CacheStore]>([
    [
      "throws on reading",
      {
        name: "bad",
        reach: "lasting",
        ...noWrite,
        get: () => {
          throw new Error("disk gone");
        },
      },
    ],
    [
      "rejects on reading",
      { name: "bad", reach: "lasting", ...noWrite, get: () => Promise.reject(new Error("no")) },
    ],
    ["holds garbage", { name: "bad", reach: "lasting", ...noWrite, get: () => "{not json" }],
    [
      "holds JSON that is no answer",
      { name: "bad", reach: "lasting", ...noWrite, get: () => JSON.stringify(null) },
    ],
  ])("that %s: the model answers, with a note in the event", async (_name, store) => {
    const { ask, troubles, reported } = setUp(store);
    const { text, call } = await ask();
    await ask();
    expect(text).toBe("good morning");
    expect(call.trace.notes).toContain("The bad cache could not be read");
    expect(troubles.counts()).toEqual({ "The bad cache could not be read": 2 });
    expect(reported).toEqual(["The bad cache could not be read"]);
  });

  test.each<[string, CacheStore]>([
    [
      "throws",
      {
        name: "bad",
        reach: "lasting",
        ...noRead,
        set: () => {
          throw new Error("disk full");
        },
      },
    ],
    [
      "rejects",
      {
        name: "bad",
        reach: "lasting",
        ...noRead,
        set: () => Promise.reject(new Error("disk full")),
      },
    ],
  ])("that %s on writing: the answer stands, and the failure is counted", async (_name, store) => {
    const { ask, troubles } = setUp(store);
    expect((await ask()).text).toBe("good morning");
    await Promise.resolve();
    expect(troubles.counts()).toEqual({ "The bad cache could not be written": 1 });
  });

  test("that never answers holds a call up for no longer than its limit", async () => {
    const { ask, troubles } = setUp({ name: "slow", reach: "lasting", ...noWrite, get: never });
    const begun = performance.now();
    const { text } = await ask();
    expect(text).toBe("good morning");
    expect(performance.now() - begun).toBeGreaterThanOrEqual(slowestReadMs - 2);
    expect(troubles.counts()).toEqual({ "The slow cache could not be read": 1 });
  });

  test("does not keep the other stores from serving", async () => {
    const bad: CacheStore = {
      name: "bad",
      reach: "lasting",
      ...noWrite,
      get: () => Promise.reject(new Error("no")),
    };
    const { ask, next } = setUp(bad, memoryCache(1_000_000));
    await ask();
    expect((await ask()).call.trace.source).toBe("cache");
    expect(next).toHaveBeenCalledTimes(1);
  });
});

test("a caller's abort does not wait for a slow store", async () => {
  const troubles = new Troubles(() => {});
  const slow: CacheStore = { name: "slow", reach: "lasting", ...noWrite, get: never };
  const policy = cache([slow], troubles);
  const controller = new AbortController();
  const call = callOf({ cache: rule, signal: controller.signal });
  const begun = performance.now();
  const work = policy(call, async () => answerOf("too late"));
  controller.abort(new Error("gone"));
  await expect(work).rejects.toThrow("gone");
  expect(performance.now() - begun).toBeLessThan(slowestReadMs);
});

test("an answer from a farther store is copied to the nearer ones", async () => {
  const far = memoryCache(1_000_000);
  const near = memoryCache(1_000_000);
  await setUp(far).ask();
  await setUp(near, far).ask();
  const { ask, next } = setUp(near);
  expect((await ask()).call.trace.source).toBe("cache");
  expect(next).not.toHaveBeenCalled();
});
