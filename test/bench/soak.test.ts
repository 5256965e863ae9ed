import { setTimeout as wait } from "node:timers/promises";
import { expect, test } from "vitest";
import { judge } from "../../bench/soak/verdict.ts";
import { type Vitals, watchTimers } from "../../bench/soak/vitals.ts";

const megabyte = 1024 * 1024;
const moments = 24;

function series(at: (moment: number) => Partial<Vitals>): Vitals[] {
  const quiet = { heap: 40 * megabyte, rss: 200 * megabyte, timers: 5, sockets: 3, listeners: 8 };
  return Array.from({ length: moments }, (_, moment) => ({ ...quiet, ...at(moment) }));
}

/** Noise with a fixed course, up to 1 in either direction. */
const noise = (moment: number): number => Math.sin(moment * 12.9898) ** 3;

const leaksIn = (seen: Vitals[]): string[] =>
  judge(seen)
    .filter(({ isLeak }) => isLeak)
    .map(({ of }) => of);

test("a process that only warms up and wavers does not leak", () => {
  const heap = (moment: number) => (30 + 10 * (1 - 0.4 ** moment) + noise(moment)) * megabyte;
  const timers = (moment: number) => Math.round(20 + 10 * noise(moment));
  expect(leaksIn(series((moment) => ({ heap: heap(moment), timers: timers(moment) })))).toEqual([]);
});

test.each<[keyof Vitals, (moment: number) => number]>([
  ["heap", (moment) => (40 + 0.4 * moment + noise(moment)) * megabyte],
  ["timers", (moment) => Math.round(20 + moment + 3 * noise(moment))],
  ["sockets", (moment) => 5 + 4 * moment],
  ["listeners", (moment) => 8 + moment],
])("what grows from round to round is a leak: %s", (of, at) => {
  expect(leaksIn(series((moment) => ({ [of]: at(moment) })))).toEqual([of]);
});

test("a jump that stays is no trend, and RSS is not judged", () => {
  const seen = series((moment) => ({
    listeners: moment < 20 ? 8 : 12,
    rss: (200 + 10 * moment) * megabyte,
  }));
  expect(leaksIn(seen)).toEqual([]);
});

test("timers count until they have fired or are cleared, those that let the process end included", async () => {
  const { setTimeout: set, setInterval: repeat, clearTimeout: clear, clearInterval } = globalThis;
  try {
    const live = watchTimers();
    const cleared = setTimeout(() => {}, 60_000);
    const forgotten = setTimeout(() => {}, 60_000).unref();
    setTimeout(() => {}, 1);
    const repeated = setInterval(() => {}, 60_000);
    expect(live()).toBe(4);
    clearTimeout(cleared);
    clearTimeout(repeated);
    await wait(20);
    expect(live()).toBe(1);
    clearTimeout(forgotten);
  } finally {
    Object.assign(globalThis, {
      setTimeout: set,
      setInterval: repeat,
      clearTimeout: clear,
      clearInterval,
    });
  }
});
