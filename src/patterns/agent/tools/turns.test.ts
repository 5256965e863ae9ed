import fc from "fast-check";
import { expect, test } from "vitest";
import { Turns } from "./turns.ts";

const never = new AbortController().signal;

test("reads run side by side, a write waits for them, and what comes after it waits for it", async () => {
  const turns = new Turns();
  const begun: string[] = [];
  const take = (name: string, effect: "read" | "write") =>
    turns.take(effect, never).then((leave) => {
      begun.push(name);
      return leave;
    });
  const [first, second] = await Promise.all([take("r1", "read"), take("r2", "read")]);
  const write = take("w", "write");
  const late = take("r3", "read");
  first?.();
  await settle();
  expect(begun).toEqual(["r1", "r2"]);
  second?.();
  const leave = await write;
  await settle();
  expect(begun).toEqual(["r1", "r2", "w"]);
  leave();
  (await late)();
  expect(begun).toEqual(["r1", "r2", "w", "r3"]);
});

test("one that gives up waiting lets those behind it go on", async () => {
  const turns = new Turns();
  const leave = await turns.take("read", never);
  const abort = new AbortController();
  const write = turns.take("irreversible", abort.signal);
  const read = turns.take("read", never);
  abort.abort(new Error("enough"));
  await expect(write).rejects.toThrow("enough");
  (await read)();
  leave();
  leave();
  (await turns.take("write", never))();
});

test("a signal that has aborted takes no turn", async () => {
  const turns = new Turns();
  await expect(turns.take("read", AbortSignal.abort(new Error("gone")))).rejects.toThrow("gone");
  (await turns.take("write", never))();
});

const job = fc.record({
  effect: fc.constantFrom("read" as const, "write" as const, "irreversible" as const),
  arrives: fc.nat(20),
  takes: fc.nat(5),
  /** Gives up after so many ticks of waiting. */
  patience: fc.option(fc.nat(4), { nil: undefined }),
});

test("whatever comes when: nothing beside a write, first come first served, and no turn is lost", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(job, { maxLength: 25 }), async (jobs) => {
      const turns = new Turns();
      const running = new Set<number>();
      const begun: number[] = [];
      const asked: number[] = [];
      const given: number[] = [];
      const leaveAt = new Map<number, { at: number; leave: () => void }>();
      const aborts = new Map<number, AbortController>();
      const check = (): void => {
        const writes = [...running].filter((index) => jobs[index]?.effect !== "read");
        expect(writes.length === 0 || running.size === 1).toBe(true);
      };
      for (
        let tick = 0;
        tick < 25 + jobs.length * 6 && given.length + begun.length < 1_000;
        tick++
      ) {
        for (const [index, { at, leave }] of leaveAt) {
          if (at > tick) continue;
          running.delete(index);
          leaveAt.delete(index);
          leave();
        }
        await settle();
        for (const [index, { effect, arrives, takes }] of jobs.entries()) {
          if (arrives !== tick) continue;
          const abort = new AbortController();
          aborts.set(index, abort);
          asked.push(index);
          turns.take(effect, abort.signal).then(
            (leave) => {
              begun.push(index);
              running.add(index);
              check();
              leaveAt.set(index, { at: tick + takes + 1, leave });
            },
            () => given.push(index),
          );
        }
        await settle();
        for (const [index, { patience, arrives }] of jobs.entries()) {
          if (patience !== undefined && arrives + patience === tick && !begun.includes(index)) {
            aborts.get(index)?.abort();
          }
        }
        await settle();
      }
      for (let round = 0; round <= jobs.length && leaveAt.size > 0; round++) {
        for (const [index, { leave }] of leaveAt) {
          running.delete(index);
          leaveAt.delete(index);
          leave();
        }
        await settle();
      }
      expect(begun.length + given.length).toBe(jobs.length);
      expect(begun).toEqual(asked.filter((index) => begun.includes(index)));
      (await turns.take("write", never))();
    }),
    { numRuns: 100 },
  );
});

test("reads between the same two writes overlap", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 12 }), async (count) => {
      const turns = new Turns();
      const before = await turns.take("write", never);
      const reads = Array.from({ length: count }, () => turns.take("read", never));
      const after = turns.take("write", never);
      before();
      const leaves = await Promise.all(reads);
      for (const leave of leaves) leave();
      (await after)();
    }),
  );
});

async function settle(): Promise<void> {
  for (let round = 0; round < 5; round++) await Promise.resolve();
}
