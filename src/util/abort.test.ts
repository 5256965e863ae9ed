import { getEventListeners } from "node:events";
import { describe, expect, test } from "vitest";
import { linkAbort, raceAbort, sleep } from "./abort.ts";

const listenersOf = (signal: AbortSignal): number => getEventListeners(signal, "abort").length;

describe("sleep", () => {
  test("waits at least as long as asked, and leaves no listener", async () => {
    const { signal } = new AbortController();
    const begun = performance.now();
    await sleep(30, signal);
    expect(performance.now() - begun).toBeGreaterThanOrEqual(28);
    expect(listenersOf(signal)).toBe(0);
  });

  test("ends at once with the reason of an abort, also of an earlier one", async () => {
    const controller = new AbortController();
    const waiting = sleep(60_000, controller.signal);
    controller.abort("enough");
    await expect(waiting).rejects.toBe("enough");
    await expect(sleep(60_000, controller.signal)).rejects.toBe("enough");
    expect(listenersOf(controller.signal)).toBe(0);
  });
});

describe("raceAbort", () => {
  test("settles as the work does, and leaves no listener", async () => {
    const { signal } = new AbortController();
    expect(await raceAbort(Promise.resolve(5), signal)).toBe(5);
    await expect(raceAbort(Promise.reject(new Error("no")), signal)).rejects.toThrow("no");
    expect(listenersOf(signal)).toBe(0);
  });

  test("does not wait for work that ignores the signal", async () => {
    const controller = new AbortController();
    const never = raceAbort(new Promise(() => {}), controller.signal);
    controller.abort("enough");
    await expect(never).rejects.toBe("enough");
  });

  test("a failure that comes after the abort is nobody's unhandled rejection", async () => {
    const unhandled: unknown[] = [];
    const note = (error: unknown): void => void unhandled.push(error);
    process.on("unhandledRejection", note);
    const controller = new AbortController();
    const { promise, reject } = Promise.withResolvers<never>();
    const raced = raceAbort(promise, controller.signal);
    controller.abort("enough");
    await expect(raced).rejects.toBe("enough");
    reject(new Error("late"));
    await new Promise((resume) => setTimeout(resume, 5));
    process.removeListener("unhandledRejection", note);
    expect(unhandled).toEqual([]);
  });
});

describe("linkAbort", () => {
  test("follows its parent until it is unlinked, and never the other way round", () => {
    const parent = new AbortController();
    const one = linkAbort(parent.signal);
    const two = linkAbort(parent.signal);
    two.unlink();
    one.controller.signal.addEventListener("abort", () => {});
    parent.abort("enough");
    expect(one.controller.signal.reason).toBe("enough");
    expect(two.controller.signal.aborted).toBe(false);
    const child = linkAbort(new AbortController().signal);
    child.controller.abort();
    expect(linkAbort(parent.signal).controller.signal.reason).toBe("enough");
    expect(linkAbort(undefined).controller.signal.aborted).toBe(false);
  });

  test("a thousand calls on one signal cause no warning and leave nothing behind", async () => {
    const warnings: unknown[] = [];
    const note = (warning: unknown): void => void warnings.push(warning);
    process.on("warning", note);
    const { signal } = new AbortController();
    const links = Array.from({ length: 1_000 }, () => linkAbort(signal));
    for (const { unlink } of links) unlink();
    await new Promise((resume) => setTimeout(resume, 5));
    process.removeListener("warning", note);
    expect(listenersOf(signal)).toBe(0);
    expect(warnings).toEqual([]);
  });
});
