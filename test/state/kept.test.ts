import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Troubles } from "../../src/call/troubles.ts";
import { kept } from "../../src/patterns/kept.ts";
import { openSqliteStore, type SqliteStore } from "../../src/stores/sqlite/store.ts";
import { rejection } from "../support/harness.ts";
import { requestOf, runOf } from "./run-stores.ts";

let folder: string;
let path: string;
let troubles: Troubles;
let stores: SqliteStore[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "seam-kept-"));
  path = join(folder, "seam.db");
  troubles = new Troubles(() => {});
  stores = [];
});
afterEach(async () => {
  await Promise.all(stores.map((store) => store.close()));
  await rm(folder, { recursive: true, force: true });
});

function open(): SqliteStore {
  const store = openSqliteStore(path, troubles, { retentionMs: false });
  stores.push(store);
  return store;
}

const pause = (store: SqliteStore) =>
  kept("The run could not be paused", () => store.runs.pause(runOf(), [requestOf()], null), {
    task: "refunds",
  });

test("a file that another program holds for a while is waited for", async () => {
  const store = open();
  await store.runs.approvals({});
  const holder = new DatabaseSync(path);
  holder.exec("begin immediate");
  const pausing = pause(store);
  await new Promise((resume) => setTimeout(resume, 200));
  expect(await store.runs.approvals({})).toEqual([]);
  holder.exec("rollback");
  expect(await pausing).toBe(true);
  holder.close();
});

test("a file that another program never gives back is an error that says so, and nothing is kept", {
  timeout: 60_000,
}, async () => {
  const store = open();
  await store.runs.approvals({});
  const holder = new DatabaseSync(path);
  holder.exec("begin immediate");
  const error = await rejection(pause(store));
  holder.close();
  expect(error).toMatchObject({
    code: "StoreUnavailable",
    task: "refunds",
    message: expect.stringMatching(
      /^The run could not be paused: another program keeps the store .*seam\.db to itself/,
    ),
  });
  expect(await store.runs.approvals({})).toEqual([]);
  expect(await store.runs.segments("run-1")).toBeUndefined();
});

test("what cannot be written whole is not written at all", async () => {
  const store = open();
  const twice = [requestOf(), requestOf()];
  const pausing = store.runs.pause(runOf(), twice, null);
  await expect(pausing).rejects.toThrow(/UNIQUE/);
  expect(await store.runs.segments("run-1")).toBeUndefined();
  expect(await pause(store)).toBe(true);
});

test("a store that could not be opened, or is closed, says so", async () => {
  await mkdir(path);
  expect(await rejection(pause(open()))).toMatchObject({
    code: "StoreUnavailable",
    message: expect.stringContaining("could not be opened"),
  });
  expect(Object.keys(troubles.counts())).toEqual([`The store ${path} could not be opened`]);
  await rm(path, { recursive: true });
  const closed = open();
  await closed.close();
  expect(await rejection(pause(closed))).toMatchObject({
    message: expect.stringContaining("the store is closed"),
  });
});
