import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { buildProgram } from "../../src/cli/program.ts";

interface Job {
  readonly if: string;
  readonly env?: Record<string, string>;
  readonly steps: readonly { readonly run?: string; readonly env?: Record<string, string> }[];
}
interface Workflow {
  readonly on: Record<string, unknown>;
  readonly jobs: Record<"check" | "suites", Job>;
}

const file = new URL("../../examples/github-actions/evals.yml", import.meta.url);
const text = readFileSync(file, "utf8");
const { on, jobs }: Workflow = parse(text);

test("the check runs on every pull request, also from a fork: without a secret", () => {
  expect(Object.keys(on)).toEqual(["pull_request", "workflow_dispatch"]);
  expect(JSON.stringify(jobs.check)).not.toContain("secrets.");
  expect(jobs.check.steps.map(({ run }) => run)).toContain("npx seam eval --check");
});

test("it asks for options that there are, and puts no input into a shell as text", () => {
  const command = buildProgram().commands.find((known) => known.name() === "eval");
  const known = command?.options.map(({ long }) => long) ?? [];
  const runs = Object.values(jobs).flatMap(({ steps }) => steps.map(({ run = "" }) => run));
  const evals = runs.filter((run) => run.includes("seam eval"));
  const used = evals.flatMap((run) => run.match(/--[\w-]+/g) ?? []);
  expect(used.length).toBeGreaterThan(5);
  expect(known).toEqual(expect.arrayContaining(used));
  expect(runs.filter((run) => run.includes("${{"))).toEqual([]);
});
