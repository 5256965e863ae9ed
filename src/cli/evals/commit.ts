import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { RunStart } from "../../evals/run/records.ts";

/** Git may wait for a disk or a lock; a run does not wait for it. */
const longestMs = 10_000;

/** Which state of the code is run; nothing is known outside of a repository, or without Git. */
export async function commitAt(
  folder: string,
): Promise<Pick<RunStart, "commit" | "branch" | "dirty">> {
  try {
    const { stdout } = await promisify(execFile)(
      "git",
      ["status", "--porcelain=v2", "--branch", "--untracked-files=no"],
      { cwd: folder, timeout: longestMs, maxBuffer: 64 * 1024 * 1024 },
    );
    const lines = stdout.split("\n").filter((line) => line !== "");
    return {
      commit: headerOf(lines, "branch.oid", "(initial)"),
      branch: headerOf(lines, "branch.head", "(detached)"),
      dirty: lines.some((line) => !line.startsWith("#")),
    };
  } catch {
    return { commit: null, branch: null, dirty: false };
  }
}

function headerOf(lines: readonly string[], name: string, none: string): string | null {
  const start = `# ${name} `;
  const value = lines.find((line) => line.startsWith(start))?.slice(start.length) ?? none;
  return value === none ? null : value;
}
