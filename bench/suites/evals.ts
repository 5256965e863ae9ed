import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Bench } from "./suite.ts";

/** A run of so many cases, by the command and by a loop that writes the same rows. */
export type EvalRuns = readonly {
  readonly cases: number;
  readonly seam: ProcessFigures;
  readonly loop: ProcessFigures;
}[];

export interface ProcessFigures {
  readonly seconds: number;
  readonly peakBytes: number;
}

const seam = fileURLToPath(
  new URL("dist/cli/main.js", import.meta.resolve("llm-seam/package.json")),
);
const suite = fileURLToPath(new URL("../workers/evals/made.eval.ts", import.meta.url));
const loop = fileURLToPath(new URL("../workers/evals/loop.ts", import.meta.url));

/** How fast `seam eval` goes through cases that no model is asked for, and what it holds in memory meanwhile. */
export async function measureEvals({ size, progress }: Bench): Promise<EvalRuns> {
  return size.evalCases.map((cases) => {
    progress(`evals: ${cases.toLocaleString("en")} cases`);
    return {
      cases,
      seam: figuresOf(cases, [seam, "eval", suite]),
      loop: figuresOf(cases, [loop]),
    };
  });
}

/** The whole process, which leaves its own peak of memory behind. */
function figuresOf(cases: number, args: readonly string[]): ProcessFigures {
  const folder = mkdtempSync(join(tmpdir(), "seam-bench-evals-"));
  const peakFile = join(folder, "peak");
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, ["--no-warnings", ...args], {
    cwd: folder,
    env: { ...process.env, BENCH_CASES: String(cases), BENCH_PEAK_FILE: peakFile },
    maxBuffer: 100_000_000,
  });
  const seconds = (performance.now() - start) / 1_000;
  if (status !== 0) throw new Error(`${args.join(" ")} failed: ${stderr.toString()}`);
  const peakBytes = Number(readFileSync(peakFile, "utf8"));
  rmSync(folder, { recursive: true, force: true });
  return { seconds, peakBytes };
}
