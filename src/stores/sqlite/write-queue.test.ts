import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Troubles } from "../../call/troubles.ts";
import type { Statement } from "./statements.ts";
import { type PendingWrite, WriteQueue } from "./write-queue.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function event(name: string, bytes = 100): PendingWrite {
  return { kind: "event", bytes, statement: () => ({ sql: name, values: [] }) };
}

/** A queue, the batches it committed with the drops they told of, and a file that can be broken. */
function setUp() {
  const batches: string[][] = [];
  const told: number[] = [];
  const file = { isReady: true, failure: undefined as Error | undefined };
  const troubles = new Troubles(() => {});
  const queue = new WriteQueue({
    isReady: () => file.isReady,
    troubles,
    commit: (batch: readonly Statement[], dropped) => {
      if (file.failure !== undefined) throw file.failure;
      batches.push(batch.map(({ sql }) => sql));
      told.push(dropped);
    },
  });
  return { queue, batches, told, file, troubles };
}

const busy = Object.assign(new Error("database is locked"), { errcode: 5 });

describe("writes", () => {
  test("wait for company, but not longer than a tenth of a second", () => {
    const { queue, batches } = setUp();
    for (const name of ["a", "b", "c"]) queue.add(event(name));
    expect(batches).toEqual([]);
    vi.advanceTimersByTime(100);
    expect(batches).toEqual([["a", "b", "c"]]);
    vi.advanceTimersByTime(10_000);
    expect(batches).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("go at once when a batch is full, in order, none twice", () => {
    const { queue, batches } = setUp();
    const names = Array.from({ length: 600 }, (_, index) => `e${index}`);
    for (const name of names) queue.add(event(name));
    vi.advanceTimersByTime(1);
    expect(batches[0]).toHaveLength(250);
    vi.advanceTimersByTime(200);
    expect(batches.flat()).toEqual(names);
  });

  test("that wait are all written by flush", () => {
    const { queue, batches } = setUp();
    for (let index = 0; index < 1_000; index++) queue.add(event(`e${index}`));
    queue.flush();
    expect(batches.flat()).toHaveLength(1_000);
    expect(queue.waiting).toBe(0);
  });
});

describe("a file that cannot be written now", () => {
  test("keeps the writes waiting; they come when it can", () => {
    const { queue, batches, file, troubles } = setUp();
    file.failure = busy;
    queue.add(event("a"));
    vi.advanceTimersByTime(1_000);
    queue.add(event("b"));
    expect(batches).toEqual([]);
    expect(troubles.counts()["The event store could not be written"]).toBeGreaterThan(0);
    file.failure = undefined;
    vi.advanceTimersByTime(5_000);
    expect(batches.flat()).toEqual(["a", "b"]);
  });

  test("or is not open yet, neither", () => {
    const { queue, batches, file } = setUp();
    file.isReady = false;
    queue.add(event("a"));
    vi.advanceTimersByTime(1_000);
    queue.flush();
    expect(queue.waiting).toBe(1);
    file.isReady = true;
    vi.advanceTimersByTime(5_000);
    expect(batches.flat()).toEqual(["a"]);
  });

  test("costs a bounded amount of memory; what is dropped is counted in the file later", () => {
    const { queue, told, file, troubles } = setUp();
    file.failure = busy;
    for (let index = 0; index < 20_050; index++) queue.add(event(`e${index}`, 1));
    expect(queue.waiting).toBe(20_000);
    expect(troubles.counts()["An event was dropped"]).toBe(50);
    file.failure = undefined;
    queue.flush();
    expect(told.reduce((sum, dropped) => sum + dropped, 0)).toBe(50);
  });

  test("large events count by their size", () => {
    const { queue, file, troubles } = setUp();
    file.failure = busy;
    for (let index = 0; index < 100; index++) queue.add(event(`e${index}`, 1_024 * 1_024));
    expect(queue.waiting).toBe(64);
    expect(troubles.counts()["An event was dropped"]).toBe(36);
  });
});

describe("one bad write", () => {
  test("that cannot be made takes no other with it, and is counted", () => {
    const { queue, batches, troubles } = setUp();
    queue.add(event("a"));
    queue.add({
      ...event("bad"),
      statement: () => {
        throw new TypeError("circular");
      },
    });
    queue.add(event("b"));
    vi.advanceTimersByTime(200);
    expect(batches.flat()).toEqual(["a", "b"]);
    expect(troubles.counts()).toEqual({ "An event was dropped": 1 });
  });

  test("spending that is lost is counted, but not among the events", () => {
    const { queue, file, told, troubles } = setUp();
    const write = { ...event("spent"), kind: "spending" } as const;
    file.failure = busy;
    for (let index = 0; index < 20_000; index++) queue.add(write);
    expect(queue.add(write)).toBe(false);
    expect(troubles.counts()).toMatchObject({ "What is used of budgets could not be kept": 1 });
    file.failure = undefined;
    queue.flush();
    expect(new Set(told)).toEqual(new Set([0]));
  });

  const bad = (): never => {
    throw new Error("no");
  };

  test("a score that is lost is told of, but is no event", () => {
    const { queue, told, troubles } = setUp();
    queue.add({ kind: "score", bytes: 1, statement: bad });
    queue.add(event("a"));
    vi.advanceTimersByTime(200);
    expect(troubles.counts()).toEqual({ "A score was dropped": 1 });
    expect(told).toEqual([0]);
  });

  test("an answer that is lost is no trouble: a cache may forget", () => {
    const { queue, troubles } = setUp();
    queue.add({ kind: "answer", bytes: 1, statement: bad });
    vi.advanceTimersByTime(200);
    expect(troubles.counts()).toEqual({});
  });
});
