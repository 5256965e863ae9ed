import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Reply, ScriptRequest } from "llm-seam/simulator";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { readLock } from "../../src/evals/lock/file.ts";
import { jsonLines } from "../cli/run-seam.testkit.ts";
import { type EvalProject, makeEvalProject } from "./eval-project.testkit.ts";
import { material, says } from "./judge.testkit.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let project: EvalProject;
beforeEach(async () => {
  project = await makeEvalProject();
  judgeSays((request) => says(material(request)["output"]?.includes("14") ? "good" : "bad"));
});
afterEach(() => project.remove());

const judgeSays = (reply: (request: ScriptRequest) => Reply): void =>
  project.simulator.script({ replies: [{ reply }] });

const suite = (
  more = "",
  rubric = "It says 14 days.",
): string => `export const replies = defineEval({
  name: "replies",
  data: [{ input: "How long?" }],
  run: (input) => ask(input),
  scorers: [evals.judge({
    seam, task: "ask", name: "helpful", rubric: "${rubric}", labels: { good: 1, bad: 0 },
  })${more}],
});`;

/** Two of twelve labels are not what the judge says. */
async function labels(count = 12): Promise<void> {
  const rows = Array.from({ length: count }, (_, index) => ({
    id: `c${index}`,
    input: "How long?",
    output: index % 2 === 0 ? `${index}: 14 days` : `${index}: soon`,
    human: { helpful: { value: index % 2 === 0 || index === 5 || index === 7 ? "good" : "bad" } },
  }));
  await project.write("labels.jsonl", rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
}

const requests = (): number => project.simulator.requests.length;
const calibrate = (...args: string[]) =>
  project.seam(["eval", "calibrate", "labels.jsonl", ...args]);
const lockPath = (): string => join(project.folder, "seam.lock");

test("a judge is compared with people, and what was found is kept in seam.lock", async () => {
  await project.suite("replies", suite());
  await labels();
  const { code, stdout, stderr } = await calibrate();
  expect(stderr).toMatch(/helpful: 12 labels, judged by openai\/gpt-5-mini/);
  expect(stderr).toMatch(/Kept in seam\.lock\./);
  expect(code).toBe(0);
  expect(stdout).toMatch(/agreement +0\.83 +0\.\d\d to 0\.\d\d/);
  expect(stdout).toMatch(/PEOPLE \\ JUDGE +bad +good\nbad +4 +0\ngood +2 +6/);
  expect(stdout).toMatch(/^- Agreement beyond chance /m);
  const { judges } = await readLock(lockPath());
  expect(Object.values(judges["ask"] ?? {})).toMatchObject([
    { metric: "helpful", target: "openai/gpt-5-mini", n: 12, agreement: 0.8333, kind: "labels" },
  ]);
});

test("again it costs nothing, and says the same to scripts", async () => {
  await project.suite("replies", suite());
  await labels();
  await calibrate();
  const before = await readFile(lockPath(), "utf8");
  const { code, stdout } = await calibrate("--json");
  expect(code).toBe(0);
  expect(jsonLines(stdout)).toMatchObject([
    {
      metric: "helpful",
      labels: 12,
      spentUsd: 0,
      agreement: {
        n: 12,
        confusion: {
          table: [
            [4, 0],
            [2, 6],
          ],
        },
      },
      kept: { n: 12 },
    },
  ]);
  expect(requests()).toBe(12);
  expect(await readFile(lockPath(), "utf8")).toBe(before);
});

test("what is too little to be kept is said, and is exit code 1", async () => {
  await project.suite("replies", suite());
  await labels(6);
  expect(await calibrate()).toMatchObject({
    code: 1,
    stdout: expect.stringContaining("agreement"),
    stderr: expect.stringMatching(/Not kept in seam\.lock: 6 labels say too little/),
  });
  expect((await readLock(lockPath())).judges).toEqual({});
});

test("a judge that fails too often is exit code 3, and nothing is kept", async () => {
  judgeSays(() => says("superb"));
  await project.suite("replies", suite());
  await labels();
  expect(await calibrate()).toMatchObject({
    code: 3,
    stdout: "",
    stderr: expect.stringMatching(/c\d+: .*InvalidOutput|No answer could be used/s),
  });
  expect((await readLock(lockPath())).judges).toEqual({});
});

test("what cannot be meant is exit code 2, and nobody is asked", async () => {
  await labels();
  await project.suite("exact", suite().replace(/evals\.judge\(\{.*?\}\)/s, "evals.exact()"));
  const wrong = async (message: RegExp, ...args: string[]): Promise<void> =>
    expect(await calibrate(...args)).toMatchObject({
      code: 2,
      stdout: "",
      stderr: expect.stringMatching(message),
    });
  await wrong(/No judge is among the scorers of "replies"/);
  await project.suite("exact", suite("", "It is kind.").replaceAll("replies", "others"));
  await project.suite("replies", suite());
  await wrong(/several judges: "helpful".*--eval/s);
  await wrong(/No judge of "tone"/, "--metric", "tone");
  await project.write("labels.jsonl", "");
  await wrong(/has no label by "helpful"/, "--eval", "evals/replies.eval.ts");
  const missing = await project.seam([
    "eval",
    "calibrate",
    "gone.jsonl",
    "--eval",
    "evals/replies.eval.ts",
  ]);
  expect(missing).toMatchObject({ code: 2, stderr: expect.stringMatching(/gone\.jsonl/) });
  expect(requests()).toBe(0);
});

test("a suite says how its judge compares with people, and that another rubric does not any more", async () => {
  await project.suite("replies", suite());
  await labels();
  const report = async (): Promise<string> => {
    const { stdout } = await project.seam(["eval"]);
    return stdout;
  };
  expect(await report()).toMatch(/judge of helpful was never compared with people/);
  await calibrate();
  expect(await report()).toMatch(/judge calibrated on 12 labels: kappa 0\.\d\d/);
  await project.suite("replies", suite("", "It is kind."));
  expect(await report()).toMatch(/calibrated on \d{4}-\d\d-\d\d with another rubric/);
});
