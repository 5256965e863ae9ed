import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Troubles } from "../../src/call/troubles.ts";
import type { ApprovalRequest, RunStore, StoredRun } from "../../src/state/runs.ts";
import { memoryRuns } from "../../src/stores/memory/runs.ts";
import { openSqliteStore } from "../../src/stores/sqlite/store.ts";

export interface OpenedRuns extends AsyncDisposable {
  readonly runs: RunStore;
}

/** Every store of runs; a new one gets its line here, and must pass the same tests. */
export const runStores: readonly [name: string, open: () => Promise<OpenedRuns>][] = [
  ["memory", async () => ({ runs: memoryRuns(), [Symbol.asyncDispose]: async () => {} })],
  ["sqlite", sqlite],
  ["sqlite in memory", async () => opened(":memory:")],
];

async function sqlite(): Promise<OpenedRuns> {
  const folder = await mkdtemp(join(tmpdir(), "seam-runs-"));
  return opened(join(folder, "seam.db"), () => rm(folder, { recursive: true, force: true }));
}

function opened(path: string, remove = async (): Promise<void> => {}): OpenedRuns {
  const store = openSqliteStore(path, new Troubles(), { retentionMs: false });
  return {
    runs: store.runs,
    [Symbol.asyncDispose]: async () => {
      await store.close();
      await remove();
    },
  };
}

export const hour = 3_600_000;

export function runOf(changes: Partial<StoredRun> = {}): StoredRun {
  return {
    id: "run-1",
    task: "refunds",
    createdAt: Date.now(),
    segments: ["run-1"],
    snapshot: '{"messages":["Refund me"]}',
    keptUntil: Date.now() + 200 * hour,
    ...changes,
  };
}

export function requestOf(changes: Partial<ApprovalRequest> = {}): ApprovalRequest {
  return {
    id: "approval-1",
    runId: "run-1",
    task: "refunds",
    tool: "refund",
    effect: "irreversible",
    toolCallId: "call-1",
    input: '{"orderId":"A-1","amount":20}',
    inputHash: "hash-1",
    reason: "it cannot be undone",
    createdAt: Date.now(),
    expiresAt: Date.now() + 24 * hour,
    ...changes,
  };
}
