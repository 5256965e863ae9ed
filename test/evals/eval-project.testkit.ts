import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { RunRow, TrialRecord } from "../../src/evals/run/records.ts";
import { readRows } from "../../src/evals/run/run-file.ts";
import { type Simulator, startSimulator } from "../../src/simulator/index.ts";
import { makeProject, type Project } from "../cli/project.testkit.ts";
import { type RunOptions, type RunResult, runSeam } from "../cli/run-seam.testkit.ts";

/** An app with evals, whose models are those of a simulator. */
export interface EvalProject extends Project {
  readonly simulator: Simulator;
  /** Writes `evals/NAME.eval.ts`; in it are `ask(text, options?)` and what `llm-seam/evals` exports as `evals`. */
  suite(name: string, code: string): Promise<void>;
  seam(args: readonly string[], options?: RunOptions): Promise<RunResult>;
  /** The rows of each run, the oldest run first. */
  runs(): Promise<RunRow[][]>;
}

export async function makeEvalProject(): Promise<EvalProject> {
  const simulator = await startSimulator({ script: { replies: [{ reply: "yes" }] } });
  const project = await makeProject();
  const config = {
    providers: { openai: { baseURL: simulator.baseURL, apiKey: "test-key" } },
    tasks: { ask: { model: "openai/gpt-5-mini", retry: { attempts: 1 } } },
  };
  await project.write(
    "seam.config.ts",
    `import { defineConfig } from "llm-seam"; export default defineConfig(${JSON.stringify(config)});`,
  );
  await project.write(
    "app.ts",
    `import { createSeam } from "llm-seam";
     import config from "./seam.config.ts";
     export const seam = createSeam(config);
     export async function ask(prompt: string, options = {}): Promise<string> {
       return (await seam.complete("ask", { prompt, ...options })).text;
     }`,
  );
  const runs = join(project.folder, ".seam/evals");
  return {
    ...project,
    simulator,
    suite: (name, code) =>
      project.write(
        `evals/${name}.eval.ts`,
        `import * as evals from "llm-seam/evals"; import { ask, seam } from "../app.ts";
         const { defineEval } = evals;
         ${code}`,
      ),
    seam: (args, options) => runSeam(args, { cwd: project.folder, ...options }),
    runs: async () => {
      const names = (await readdir(runs)).filter((name) => name.endsWith(".jsonl"));
      return await Promise.all(names.sort().map((name) => rowsIn(join(runs, name))));
    },
    remove: async () => {
      await simulator.close();
      await project.remove();
    },
  };
}

export async function rowsIn(path: string): Promise<RunRow[]> {
  const rows: RunRow[] = [];
  for await (const row of readRows(path)) rows.push(row);
  return rows;
}

export function trialsIn(rows: readonly RunRow[]): TrialRecord[] {
  return rows.filter((row) => row.type === "trial");
}
