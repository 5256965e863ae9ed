import { ConfigError } from "../errors.ts";
import type { Approval } from "../patterns/agent/approvals/approval.ts";
import { type Approvals, approvalsIn } from "../patterns/agent/approvals/approvals.ts";
import { openExisting } from "../stores/sqlite/event-reader-file.ts";
import { keptIn } from "../stores/sqlite/kept.ts";
import { openFile } from "../stores/sqlite/open-file.ts";
import { sqliteRuns } from "../stores/sqlite/runs.ts";

export interface OpenApprovals extends Approvals, Disposable {
  /** An approval by its id or the beginning of it. */
  find(id: string): Promise<Approval>;
}

/** The approvals in a store that apps may be using; throws when there is no such file. */
export async function openApprovals(path: string): Promise<OpenApprovals> {
  openExisting(path).close();
  const file = await openFile(path);
  const approvals = approvalsIn(sqliteRuns(keptIn(async () => file)));
  return {
    ...approvals,
    find: async (id) => {
      // Of a script whose variable is empty, the only approval there is would be meant.
      if (id === "") throw noId();
      return only(await approvals.list({ id, all: true }), id, path);
    },
    [Symbol.dispose]: () => file.connection.close(),
  };
}

function noId(): ConfigError {
  return new ConfigError({
    summary: "The id of the approval is empty",
    advice: "Write the id, or the beginning of it: `seam approvals` lists them.",
  });
}

function only(found: readonly Approval[], id: string, path: string): Approval {
  const [first, ...others] = found;
  const exact = found.find((approval) => approval.id === id);
  if (exact !== undefined) return exact;
  if (first === undefined) {
    throw new ConfigError({
      summary: `No approval in ${path} has the id ${JSON.stringify(id)}`,
      advice: "`seam approvals --all` lists them.",
    });
  }
  if (others.length === 0) return first;
  throw new ConfigError({
    summary: `${found.length} approvals begin with ${JSON.stringify(id)}`,
    advice: "Write more of the id.",
  });
}
