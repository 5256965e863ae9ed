import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { openEvalHistory, recordEvalRun } from "../../src/cli/open-eval-history.ts";
import type { EvalRunRecord } from "../../src/state/eval-history.ts";
import { eventOf } from "../support/event.ts";
import { writeEvents } from "../support/event-store.ts";
import { jsonLines, runSeam } from "./run-seam.testkit.ts";

let folder: string;
let store: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "seam-history-"));
  store = join(folder, "seam.db");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function runOf(number: number, changes: Partial<EvalRunRecord> = {}): EvalRunRecord {
  const mean = 0.8 + number / 100;
  return {
    run: `run-${number}`,
    suite: "tickets",
    startedAt: Date.UTC(2026, 10, number + 1),
    endedAt: Date.UTC(2026, 10, number + 1, 1),
    commit: `${number}abcdef0123456789`,
    branch: "main",
    dirty: false,
    cases: 50,
    trials: 50,
    passed: true,
    reason: "done",
    metrics: {
      exact: { mean, low: mean - 0.05, high: mean + 0.05, n: 50 },
      tone: { mean: 1, low: 1, high: 1, n: 50 },
    },
    costUsd: 0.5,
    file: `evals/run-${number}.jsonl`,
    ...changes,
  };
}

async function record(...runs: EvalRunRecord[]): Promise<void> {
  for (const run of runs) await recordEvalRun(store, run);
}

const history = (...args: string[]) => runSeam(["eval", "history", "--store", store, ...args]);

test("a suite's runs are shown oldest first, each with its interval where it lies", async () => {
  await record(
    runOf(2, { dirty: true, branch: "\u001b[2Jtopic", passed: false }),
    runOf(1),
    runOf(3, { commit: null, branch: null, reason: "cost", costUsd: null }),
    runOf(4, { suite: "other" }),
  );
  const { code, stdout, stderr } = await history("tickets");
  expect(code).toBe(0);
  const [head, ...lines] = stdout.trimEnd().split("\n");
  expect(head).toMatch(/commit .* mean +0\.75 +0\.90$/);
  expect(lines).toHaveLength(3);
  expect(lines[0]).toMatch(/1abcdef0 +main +\$0\.5 +passed +50 +0\.810 +\|-+o-+\|$/);
  expect(lines[1]).toMatch(/2abcdef0\* +\\x1b\[2Jtopic +\$0\.5 +failed +50 +0\.820/);
  expect(lines[2]).toMatch(/– +– +\? +cut off \(cost\) +50 +0\.830/);
  const points = lines.map((line) => line.indexOf("o", line.indexOf("|")));
  expect(points).toEqual(points.toSorted((a, b) => a - b));
  expect(stderr).toContain("3 runs of tickets, drawn by exact; other metrics: tone.");
});

test("--metric, --branch and --last choose; --json gives all that is kept", async () => {
  await record(runOf(1), runOf(2), runOf(3), runOf(4, { branch: "topic" }));
  const drawn = await history("tickets", "--metric", "tone");
  expect(drawn.stdout).toContain("1.000");
  const { stdout } = await history("tickets", "--branch", "main", "--last", "2", "--json");
  expect(jsonLines(stdout)).toEqual([runOf(2), runOf(3)]);
});

test("a run that was gone on with takes the place of what was known of it", async () => {
  await record(runOf(1, { reason: "stopped" }), runOf(1));
  expect(jsonLines((await history("tickets", "--json")).stdout)).toEqual([runOf(1)]);
});

test("a run is found by the beginning of its id or its commit, the newest first", async () => {
  await record(runOf(1), runOf(2, { commit: "1abcdef9" }), runOf(3, { suite: "other" }));
  using reader = openEvalHistory(store);
  expect((await reader.find("tickets", "run-1"))?.run).toBe("run-1");
  expect((await reader.find("tickets", "1abc"))?.run).toBe("run-2");
  expect((await reader.find("tickets", "1abcdef0"))?.run).toBe("run-1");
  expect(await reader.find("tickets", "run-3")).toBeUndefined();
  expect(await reader.find("tickets", "")).toBeUndefined();
});

test("what is not there is named, with what is", async () => {
  await record(runOf(1));
  expect((await history("ticket")).stderr).toMatch(/No run of a suite "ticket".*"tickets"/);
  const { code, stderr } = await history("tickets", "--metric", "toner");
  expect(code).toBe(1);
  expect(stderr).toContain('Its metrics are "exact", "tone".');
});

test("many processes add to one store, and `seam prune` leaves what they added", async () => {
  await writeEvents(store, [eventOf({ id: "old", time: 0 })]);
  await Promise.all(Array.from({ length: 8 }, (_, number) => record(runOf(number))));
  expect((await runSeam(["prune", "--store", store, "--older-than", "1d"])).code).toBe(0);
  expect(jsonLines((await history("tickets", "--json")).stdout)).toHaveLength(8);
});

test("a store that cannot keep a run fails nothing, and that is said", async () => {
  await writeFile(store, "no database, but long enough to be looked at as one. ".repeat(20));
  const said = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  try {
    await recordEvalRun(store, runOf(1));
    expect(String(said.mock.calls)).toMatch(/does not have this run: .*not a database/);
  } finally {
    said.mockRestore();
  }
});

test("a store of an older version is told from one without runs", async () => {
  await record(runOf(1));
  const database = new DatabaseSync(store);
  database.exec("drop table eval_runs");
  database.close();
  expect((await history("tickets")).stderr).toContain("older version of Seam");
});
