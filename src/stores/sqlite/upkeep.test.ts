import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { eventOf } from "../../../test/support/event.ts";
import { Troubles } from "../../call/troubles.ts";
import { toRow } from "./event-row.ts";
import { type OpenFile, openFile } from "./open-file.ts";
import { countPrunable, prune } from "./prune.ts";
import { startUpkeep } from "./upkeep.ts";

const hour = 3_600_000;
const now = 20_000 * 24 * hour;

let file: OpenFile;

beforeEach(async () => {
  file = await openFile(":memory:");
  vi.useFakeTimers({ now });
});
afterEach(() => {
  vi.useRealTimers();
  file.connection.close();
});

function write(changes: Parameters<typeof eventOf>[0]): void {
  file.connection.run(file.statements.insertEvent(toRow(eventOf(changes))));
}

function read(sql: string): unknown[] {
  return file.connection.all({ sql, values: [] }).map((row) => Object.values(row).join(" "));
}

const ids = () => read("select id from events order by id");

function start(retentionMs: number | false = false) {
  const troubles = new Troubles(() => {});
  const connection = () => file.connection;
  return { troubles, upkeep: startUpkeep({ connection, retentionMs, troubles }) };
}

describe("while an app runs", () => {
  test("what is older than the retention goes, a minute after the start, and whatever grows old later", () => {
    write({ id: "old", time: now - 2 * hour });
    write({ id: "young", time: now - hour + 400_000 });
    const { upkeep } = start(hour);
    vi.advanceTimersByTime(59_000);
    expect(ids()).toEqual(["old", "young"]);
    vi.advanceTimersByTime(2_000);
    expect(ids()).toEqual(["young"]);
    vi.advanceTimersByTime(hour);
    expect(ids()).toEqual([]);
    upkeep.stop();
  });

  test("paused runs go when nobody has resumed them in time, ended ones with the retention; approvals with them", () => {
    const run = (id: string, kept: number, ended: number | null, heldUntil: number | null = null) =>
      file.connection.exec(
        `insert into runs values ('${id}', 'task', 0, '[]', '', ${kept}, 'me', ${heldUntil}, ${ended});
         insert into approvals values
           ('of ${id}', '${id}', 1, 'task', 'tool', 'write', 'call', '{}', 'hash', '', 0, 0, null, null, null, null)`,
      );
    run("left", now, null);
    run("held", now, null, now + 2 * hour);
    run("waiting", now + 2 * hour, null);
    run("ended long ago", 0, now - 2 * hour);
    run("ended", 0, now);
    const { upkeep, troubles } = start(hour);
    vi.advanceTimersByTime(62_000);
    upkeep.stop();
    expect(read("select id from runs order by id")).toEqual(["ended", "held", "waiting"]);
    const approvals = read("select id from approvals order by id");
    expect(approvals).toEqual(["of ended", "of held", "of waiting"]);
    expect(troubles.counts()).toEqual({});
  });

  test("without a retention, runs that have ended stay", () => {
    file.connection.exec("insert into runs values ('r', 'task', 0, '[]', null, 0, null, null, 1)");
    const { upkeep } = start(false);
    vi.advanceTimersByTime(62_000);
    upkeep.stop();
    expect(read("select id from runs")).toEqual(["r"]);
  });

  test("without a retention nothing goes", () => {
    write({ id: "old", time: 0 });
    const { upkeep } = start(false);
    vi.advanceTimersByTime(2 * hour);
    expect(ids()).toEqual(["old"]);
    upkeep.stop();
  });

  test("slots are rolled up when they are over, and then the day of them", () => {
    const midnight = now;
    for (const [id, minutes] of [
      ["a", 1],
      ["b", 2],
      ["c", 61],
    ] as const) {
      write({ id, time: midnight + minutes * 60_000 });
    }
    const { upkeep } = start();
    vi.advanceTimersByTime(2 * hour);
    expect(read("select start, calls from rollups where span = 600000")).toEqual([
      `${midnight} 2`,
      `${midnight + hour} 1`,
    ]);
    expect(read("select count(*) from rollups where span = 86400000")).toEqual(["0"]);
    vi.advanceTimersByTime(24 * hour);
    expect(read("select start, calls from rollups where span = 86400000")).toEqual([
      `${midnight} 3`,
    ]);
    write({ id: "late", time: midnight + 60_000 });
    expect(read("select count(*) from rollups_due")).toEqual(["2"]);
    vi.advanceTimersByTime(hour);
    expect(read("select sum(calls) from rollups where span = 86400000")).toEqual(["4"]);
    expect(read("select count(*) from rollups_due")).toEqual(["0"]);
    upkeep.stop();
  });

  test("answers whose time is over go", () => {
    const { putAnswer } = file.statements;
    file.connection.run(putAnswer("over", "text", now - 1));
    file.connection.run(putAnswer("fresh", "text", now + hour));
    const { upkeep } = start();
    vi.advanceTimersByTime(61_000);
    expect(read("select key from cache")).toEqual(["fresh"]);
    upkeep.stop();
  });

  test("it works in small steps: the timers of others run in between", () => {
    for (let number = 0; number < 1_000; number++) write({ id: `e${number}`, time: number });
    const { upkeep } = start(hour);
    const seen = new Set<unknown>();
    vi.advanceTimersByTime(59_000);
    const look = setInterval(() => seen.add(ids().length), 10);
    vi.advanceTimersByTime(3_000);
    clearInterval(look);
    expect(seen.size).toBeGreaterThan(3);
    expect(ids()).toEqual([]);
    upkeep.stop();
  });

  test("a failure is told, harms nothing, and is tried again", () => {
    write({ id: "old", time: 0 });
    file.connection.exec("alter table rollups rename to away");
    const { upkeep, troubles } = start(hour);
    vi.advanceTimersByTime(62_000);
    expect(troubles.counts()).toEqual({ "The event store could not be kept in shape": 1 });
    expect(ids()).toEqual([]);
    file.connection.exec("alter table away rename to rollups");
    vi.advanceTimersByTime(hour);
    expect(read("select count(*) from rollups_due")).toEqual(["0"]);
    upkeep.stop();
  });

  test("after stop there is no timer", () => {
    const { upkeep } = start(hour);
    upkeep.stop();
    expect(vi.getTimerCount()).toBe(0);
  });

  test("an app that ends before the first turn does a little on its way out", () => {
    write({ id: "old", time: now - 2 * hour });
    start(hour).upkeep.stop();
    expect(ids()).toEqual([]);
  });
});

test("a call takes its scores along", () => {
  const { putScore } = file.statements;
  for (const [id, time] of [
    ["old", 0],
    ["new", now],
  ] as const) {
    write({ id, time });
    file.connection.run(putScore({ callId: id, name: "helpful", value: 1, time }));
  }
  for (const _ of prune(file.connection, now));
  expect(read("select call_id from scores")).toEqual(["new"]);
});

test("a parent takes its children along, also those that began after the cutoff; other families stay", () => {
  const family = (name: string, time: number) => {
    write({ id: name, time, children: 2 });
    for (const part of [1, 2])
      write({ id: `${name}-${part}`, parentId: name, traceId: name, time: time + part * 60_000 });
  };
  family("old", now - 2 * hour);
  family("new", now);
  const cutoff = now - 2 * hour + 90_000;
  expect(countPrunable(file.connection, cutoff)).toBe(3);
  expect([...prune(file.connection, cutoff)]).toEqual([3]);
  expect(ids()).toEqual(["new", "new-1", "new-2"]);
});
