import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { createSeam, type Seam } from "llm-seam";
import { simulatedModel } from "llm-seam/simulator";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Troubles } from "../../src/call/troubles.ts";
import { hashOfCall } from "../../src/patterns/agent/gate/call-hash.ts";
import type { ApprovalRequest, RunStore, StoredRun } from "../../src/state/runs.ts";
import { openSqliteStore, type SqliteStore } from "../../src/stores/sqlite/store.ts";
import { rejection } from "../support/harness.ts";
import { requestOf, runOf } from "./run-stores.ts";

let folder: string;
let file: string;
let store: SqliteStore;
let seam: Seam<"refunds">;
const by = { by: "ada" };

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "seam-approvals-"));
  file = join(folder, "seam.db");
  store = openSqliteStore(file, new Troubles(), { retentionMs: false });
  seam = createSeam({ store: file, tasks: { refunds: { model: simulatedModel() } } });
});
afterEach(async () => {
  await seam.close();
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

const input = { orderId: "A-1", amount: 20 };
const inputHash = hashOfCall("refund", input);

async function paused(
  request: Partial<ApprovalRequest> = {},
  run: Partial<StoredRun> = {},
  runs: RunStore = store.runs,
): Promise<void> {
  const runId = run.id ?? "run-1";
  await runs.pause(runOf(run), [requestOf({ inputHash, runId, ...request })], null);
}

test("lists what waits, the newest first, with the exact arguments", async () => {
  await paused({ createdAt: 1 });
  await paused({ id: "second", task: "orders" }, { id: "run-2" });
  await paused({ id: "late", expiresAt: Date.now() }, { id: "run-3" });
  const [newest, oldest, ...others] = await seam.approvals.list();
  expect(others).toEqual([]);
  expect(newest?.id).toBe("second");
  expect(oldest).toEqual({
    id: "approval-1",
    runId: "run-1",
    task: "refunds",
    tool: "refund",
    effect: "irreversible",
    input,
    inputHash,
    reason: "it cannot be undone",
    createdAt: new Date(1),
    expiresAt: expect.any(Date),
    status: "waiting",
    decision: null,
  });
  const ids = async (options: Parameters<Seam["approvals"]["list"]>[0]) =>
    (await seam.approvals.list(options)).map(({ id, status }) => `${id} ${status}`);
  expect(await ids({ task: "orders" })).toEqual(["second waiting"]);
  expect(await ids({ runId: "run-3", all: true })).toEqual(["late expired"]);
  expect(await ids({ runId: "run-3" })).toEqual([]);
});

test("a decision names its decider, and is taken once", async () => {
  await paused();
  const approved = await seam.approvals.approve("approval-1", { ...by, note: "asked first" });
  const decision = { by: "ada", note: "asked first", at: expect.any(Date) };
  expect(approved).toMatchObject({ status: "approved", decision });
  const error = await rejection(seam.approvals.deny("approval-1", { by: "bob" }));
  expect(error).toMatchObject({
    code: "InvalidRequest",
    task: "refunds",
    message: expect.stringContaining("Approval approval-1 was approved before, by ada at 20"),
  });
  expect(await seam.approvals.list({ all: true })).toMatchObject([{ decision }]);
});

test.each(["approve", "deny"] as const)("%s: what cannot be decided says why", async (verb) => {
  await paused({ expiresAt: Date.now() });
  const decided = (id: string) => rejection(seam.approvals[verb](id, by));
  expect(await decided("approval-1")).toMatchObject({
    message: expect.stringMatching(/^Approval approval-1 has expired, at 20.*resume the run/),
  });
  expect(await decided("approval")).toMatchObject({
    code: "InvalidRequest",
    message: expect.stringContaining('There is no approval "approval"'),
  });
});

test.each([
  [{ by: "" }],
  [{ by: " " }],
  [{ by: "a".repeat(201) }],
  [{ by: undefined as never }],
  [{ by: "ada", note: "n".repeat(2_001) }],
  [{ by: "ada", note: 5 as never }],
])("%j is refused before anything is decided", async (options) => {
  await paused();
  expect(await rejection(seam.approvals.approve("approval-1", options))).toMatchObject({
    code: "InvalidRequest",
    message: expect.stringMatching(/`(by|note)` must/),
  });
  expect(await seam.approvals.list()).toHaveLength(1);
});

test("without an id, or without who decides, nothing is decided and nothing waited for", async () => {
  await paused();
  const none = undefined as unknown as string;
  const attempts = ["", none].flatMap((id) => [
    () => seam.approvals.approve(id, by),
    () => seam.approvals.deny(id, by),
    () => seam.approvals.wait(id, { signal: AbortSignal.timeout(1_000) }),
  ]);
  attempts.push(() => seam.approvals.approve("approval-1", none as unknown as typeof by));
  for (const attempt of attempts) {
    expect(await rejection(attempt())).toMatchObject({ code: "InvalidRequest" });
  }
  expect(await seam.approvals.list()).toMatchObject([{ status: "waiting" }]);
});

test("arguments that were changed in the store cannot be approved, only denied", async () => {
  await paused();
  const database = new DatabaseSync(file);
  database.exec(`update approvals set input = '{"orderId":"A-1","amount":2}'`);
  database.close();
  expect(await rejection(seam.approvals.approve("approval-1", by))).toMatchObject({
    message: expect.stringContaining("somebody has changed them in the store"),
  });
  expect(await seam.approvals.deny("approval-1", by)).toMatchObject({ status: "denied" });
});

describe("wait", () => {
  test("ends when all that the run waits for is decided, by another process, or has expired", async () => {
    const requests = ["one", "two"].map((id) => requestOf({ id, inputHash }));
    const brief = requestOf({ id: "brief", expiresAt: Date.now() + 400 });
    await store.runs.pause(runOf(), [...requests, brief], null);
    let isOver = false;
    const waiting = seam.approvals.wait("run-1").then((approvals) => {
      isOver = true;
      return approvals;
    });
    await store.runs.decide("one", { approved: true, by: "ada", note: null });
    await new Promise((resume) => setTimeout(resume, 600));
    expect(isOver).toBe(false);
    await store.runs.decide("two", { approved: false, by: "bob", note: null });
    const statuses = (await waiting).map(({ id, status }) => [id, status]);
    expect(Object.fromEntries(statuses)).toEqual({
      one: "approved",
      two: "denied",
      brief: "expired",
    });
  });

  test("rejects with the signal's reason when it aborts", async () => {
    await paused();
    const stop = new AbortController();
    const waiting = rejection(seam.approvals.wait("run-1", { signal: stop.signal }));
    stop.abort(new Error("enough"));
    expect(await waiting).toEqual(new Error("enough"));
  });

  test("a run that never waited is unknown", async () => {
    expect(await rejection(seam.approvals.wait("run-9"))).toMatchObject({
      code: "InvalidRequest",
      message: expect.stringContaining('No run "run-9" has waited for approval'),
    });
  });
});

test("a store that is closed is a StoreUnavailable", async () => {
  await seam.close();
  expect(await rejection(seam.approvals.list())).toMatchObject({ code: "StoreUnavailable" });
  expect(await rejection(seam.approvals.deny("x", by))).toMatchObject({ code: "StoreUnavailable" });
});
