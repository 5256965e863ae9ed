import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { type Simulator, startSimulator } from "llm-seam/simulator";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ended, jsonLines, runSeam, written } from "../cli/run-seam.testkit.ts";

const script = fileURLToPath(new URL("../support/refund-child.ts", import.meta.url));
const useSource = fileURLToPath(new URL("../examples/use-source.ts", import.meta.url));
const args = { orderId: "A-1", amount: 20, due: "2026-01-31" };

// Each test starts five processes or more, one after another.
vi.setConfig({ testTimeout: 90_000 });

let folder: string;
let file: string;
let ledger: string;
let simulator: Simulator;
const children = new Set<ChildProcessWithoutNullStreams>();

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "seam-approvals-"));
  file = join(folder, "seam.db");
  ledger = join(folder, "ledger");
  simulator = await startSimulator({
    script: {
      replies: [
        { reply: { type: "tool-calls", calls: [{ name: "refund", arguments: args }] }, times: 1 },
        { reply: "That is settled." },
      ],
    },
  });
});
afterEach(async () => {
  for (const child of children) child.kill("SIGKILL");
  children.clear();
  await simulator.close();
  await rm(folder, { recursive: true, force: true });
});

/** A process with the agent. */
function start(work: string, runId = ""): ChildProcessWithoutNullStreams {
  const options = ["--import", useSource, script, file, simulator.baseURL, ledger, work, runId];
  const child = spawn(process.execPath, options);
  children.add(child);
  return child;
}

async function outcomeOf(child: ChildProcessWithoutNullStreams): Promise<Record<string, unknown>> {
  const { stdout, stderr } = await ended(child);
  const [outcome] = jsonLines(stdout.replaceAll("paying\n", ""));
  if (outcome === undefined) throw new Error(`it said nothing: ${stderr}`);
  return outcome;
}

const seam = (...words: string[]) => runSeam(["approvals", ...words, "--store", file]);

/** Runs the agent until it pauses, in a process that ends then; gives the ids of the run and of its approval. */
async function paused(): Promise<{ readonly runId: string; readonly id: string }> {
  const run = await outcomeOf(start("run"));
  expect(run).toMatchObject({ outcome: "paused" });
  const [approval] = jsonLines((await seam("--json")).stdout);
  expect(approval).toMatchObject({ runId: run["runId"], tool: "refund", status: "waiting" });
  return { runId: String(run["runId"]), id: String(approval?.["id"]) };
}

/** The keys of all payments, in order. */
function payments(): string[] {
  if (!existsSync(ledger)) return [];
  return readFileSync(ledger, "utf8")
    .trim()
    .split("\n")
    .map((line) => line.split(" ")[0] ?? "");
}

function change(sql: string): void {
  const database = new DatabaseSync(file);
  database.exec(sql);
  database.close();
}

const lastRequest = () => JSON.stringify(simulator.requests.at(-1)?.body);

test("one process pauses, the command line approves, and of two that resume at once one pays, once", async () => {
  const { runId, id } = await paused();
  expect(await outcomeOf(start("resume", runId))).toMatchObject({ outcome: "paused" });
  expect(payments()).toEqual([]);
  expect(await seam("approve", id, "--yes", "--by", "ada")).toMatchObject({ code: 0 });
  const outcomes = await Promise.all(
    ["resume", "resume"].map((work) => outcomeOf(start(work, runId))),
  );
  const answered = outcomes.filter(({ outcome }) => outcome === "answered");
  expect(answered).toMatchObject([{ runId, text: "That is settled." }]);
  expect(outcomes.find(({ outcome }) => outcome === "failed")?.["code"]).toMatch(
    /^(Busy|InvalidRequest)$/,
  );
  expect(payments()).toHaveLength(1);
  expect(jsonLines((await seam("--all", "--json")).stdout)).toMatchObject([
    { status: "approved", decision: { by: "ada" } },
  ]);
});

test("a denial on the command line reaches the model with its note, and nothing is paid", async () => {
  const { runId, id } = await paused();
  await seam("deny", id, "--note", "the order was never paid");
  expect(await outcomeOf(start("resume", runId))).toMatchObject({ outcome: "answered" });
  expect(lastRequest()).toContain("the order was never paid");
  expect(payments()).toEqual([]);
});

test("an approval that has expired cannot be given, and the run goes on without", async () => {
  const { runId, id } = await paused();
  change("update approvals set expires_at = 1");
  expect(await seam("approve", id, "--yes")).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("has expired"),
  });
  expect(await outcomeOf(start("resume", runId))).toMatchObject({ outcome: "answered" });
  expect(lastRequest()).toContain("expired");
  expect(payments()).toEqual([]);
});

test("arguments that were changed in the store cannot be approved, and are never paid", async () => {
  const { runId, id } = await paused();
  const changed = JSON.stringify({ orderId: "A-1", amount: 2_000, due: "2026-01-31" });
  change(`update approvals set input = '${changed}'`);
  expect(await seam("approve", id, "--yes")).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("somebody has changed them in the store"),
  });
  change("update approvals set approved = 1, decided_by = 'mallory', decided_at = 1");
  change("update approvals set input_hash = 'of something else'");
  expect(await outcomeOf(start("resume", runId))).toMatchObject({ outcome: "answered" });
  expect(payments()).toEqual([]);
});

test("a process that dies while it pays: the next one pays again under the same key", async () => {
  const { runId, id } = await paused();
  await seam("approve", id, "--yes");
  const dying = start("resume-slowly", runId);
  await written(dying, /^paying$/m);
  const died = new Promise((resume) => dying.once("exit", resume));
  dying.kill("SIGKILL");
  await died;
  expect(await outcomeOf(start("resume", runId))).toMatchObject({ code: "Busy" });
  change("update runs set held_until = 1");
  expect(await outcomeOf(start("resume", runId))).toMatchObject({ outcome: "answered" });
  const [first, second, ...others] = payments();
  expect(others).toEqual([]);
  expect(second).toBe(first);
});
