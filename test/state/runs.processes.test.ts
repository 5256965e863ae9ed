import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Troubles } from "../../src/call/troubles.ts";
import { hashOfCall } from "../../src/patterns/agent/gate/call-hash.ts";
import { openSqliteStore, type SqliteStore } from "../../src/stores/sqlite/store.ts";
import { ended, written } from "../cli/run-seam.testkit.ts";
import { requestOf, runOf } from "./run-stores.ts";

const script = fileURLToPath(new URL("../support/runs-child.ts", import.meta.url));

let folder: string;
let file: string;
let store: SqliteStore;
const children = new Set<ChildProcessWithoutNullStreams>();

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "seam-runs-"));
  file = join(folder, "seam.db");
  store = openSqliteStore(file, new Troubles(), { retentionMs: false });
  await store.runs.pause(runOf(), [requestOf()], null);
});
afterEach(async () => {
  for (const child of children) child.kill("SIGKILL");
  children.clear();
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

/** Starts a process, which waits until it is told to go. */
async function started(work: string, name: string): Promise<ChildProcessWithoutNullStreams> {
  const child = spawn(process.execPath, [script, file, work, name]);
  children.add(child);
  await written(child, /^ready$/m);
  return child;
}

/** Several processes that do the same at once, and what each of them says became of it. */
async function race(work: string): Promise<(string | undefined)[]> {
  const racing = await Promise.all(["ann", "bob", "cyd", "dan"].map((name) => started(work, name)));
  const results = racing.map((child) => ended(child));
  for (const child of racing) child.stdin.write("go\n");
  return (await Promise.all(results)).map(({ stdout, stderr }) => stdout.trim() + stderr.trim());
}

test("of several processes that claim a run at once, one gets it", async () => {
  expect((await race("claim")).sort()).toEqual(["claimed", "held", "held", "held"]);
});

test("of several processes that decide at once, one is heard", async () => {
  expect((await race("decide")).sort()).toEqual(["decided", "decided", "decided", "taken"]);
  const [approval] = await store.runs.approvals({});
  expect(["ann", "bob", "cyd", "dan"]).toContain(approval?.decision?.by);
});

test("a run whose holder died can be claimed when the hold is over, and not before", async () => {
  const holder = await started("hold", "ann");
  const claimed = written(holder, /^claimed$/m);
  holder.stdin.write("go\n");
  await claimed;
  const died = new Promise((resume) => holder.once("exit", resume));
  holder.kill("SIGKILL");
  await died;
  const claim = await store.runs.claim("run-1", "bob", 1_000);
  if (claim.kind !== "held") throw new Error(`expected a hold, but found ${claim.kind}`);
  await new Promise((resume) => setTimeout(resume, claim.until - Date.now() + 5));
  expect(await store.runs.claim("run-1", "bob", 1_000)).toMatchObject({
    kind: "claimed",
    run: { snapshot: runOf().snapshot },
    approvals: [{ id: "approval-1" }],
  });
});

test("a process that is killed while it pauses runs leaves each of them whole, or not at all", {
  timeout: 60_000,
}, async () => {
  for (let round = 0; round < 5; round++) {
    const child = await started("pause", String(round));
    const exit = ended(child);
    const firsts = written(child, new RegExp(`^run-${round}-5$`, "m"));
    child.stdin.write("go\n");
    await firsts;
    await new Promise((resume) => setTimeout(resume, round * 3));
    child.kill("SIGKILL");
    const told = (await exit).stdout.split("\n").filter((line) => line.startsWith("run-"));
    const approvals = await store.runs.approvals({});
    const kept = new Set(approvals.map(({ runId }) => runId));
    for (const id of told.slice(0, -1)) expect(kept).toContain(id);
    for (const { tool, input, inputHash, runId } of approvals) {
      if (runId === "run-1") continue;
      expect(hashOfCall(tool, JSON.parse(input ?? ""))).toBe(inputHash);
    }
    for (const id of kept) {
      if (id === "run-1") continue;
      const claim = await store.runs.claim(id, "checker", 60_000);
      if (claim.kind === "held") continue;
      expect(claim).toMatchObject({ kind: "claimed", run: { snapshot: "x".repeat(200_000) } });
      expect(approvals.filter(({ runId }) => runId === id)).toHaveLength(3);
    }
  }
  const database = new DatabaseSync(file);
  expect(database.prepare("pragma integrity_check").get()).toEqual({ integrity_check: "ok" });
  const alone = "select count(*) as n from runs where id not in (select run_id from approvals)";
  expect(database.prepare(alone).get()).toEqual({ n: 0 });
  database.close();
});
