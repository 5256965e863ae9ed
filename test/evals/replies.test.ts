import { execFile } from "node:child_process";
import { appendFile, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { root } from "../../scripts/tool.ts";
import type { Script } from "../../src/simulator/index.ts";
import { jsonLines } from "../cli/run-seam.testkit.ts";
import { type EvalProject, makeEvalProject } from "./eval-project.testkit.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

let project: EvalProject;
beforeEach(async () => {
  project = await makeEvalProject();
});
afterEach(() => project.remove());

const file = (): string => join(project.folder, "evals/desk.replies.jsonl");
const recorded = async (): Promise<unknown[]> => jsonLines(await readFile(file(), "utf8"));
const check = (...more: string[]) => project.seam(["eval", "--check", ...more]);
const record = (...more: string[]) => project.seam(["eval", "--record", ...more]);

const zod = pathToFileURL(join(root, "node_modules/zod/index.js")).href;
const task = { model: "openai/gpt-5-mini", retry: { attempts: 1 } };

/** An app with these tasks beside `ask`. */
async function withTasks(tasks: Readonly<Record<string, object>>): Promise<void> {
  const config = {
    providers: {
      openai: { baseURL: project.simulator.baseURL, apiKey: "test-key", taskHeader: "x-seam-task" },
    },
    tasks: { ask: task, ...tasks },
  };
  await project.write("seam.config.ts", `export default ${JSON.stringify(config)};`);
}

/** Three kinds of tickets, and an answer for those about refunds alone. */
const desk: Script = {
  replies: [
    { match: { task: "sort", prompt: "refund" }, reply: "refund" },
    { match: { task: "sort" }, reply: "other" },
    { match: { task: "answer" }, reply: "It is on its way." },
  ],
};

async function deskSuite({ answer = "Be kind.", score = 1, more = "" } = {}): Promise<void> {
  await project.suite(
    "desk",
    `import { template } from "llm-seam";
     export const desk = defineEval({
       name: "desk",
       data: ["refund 1", "refund 2", "hours"].map((input) => ({ id: input, input })),
       run: async (input) => {
         const { text } = await seam.complete("sort", { prompt: template\`Sort: \${{ input }}\` });
         if (text !== "refund") return text;
         const prompt = template\`Answer: \${{ input }}\`;
         return (await seam.complete("answer", { system: ${JSON.stringify(answer)}, prompt })).text;
       },
       scorers: [function any() { return ${score}; }],
       ${more}
     });`,
  );
}

test("a prompt behind an answer is checked where replies are recorded, and only there", async () => {
  await withTasks({ sort: task, answer: task });
  project.simulator.script(desk);
  await deskSuite({ more: "trials: 2," });
  expect(await project.seam(["eval"])).toMatchObject({ code: 0 });
  await deskSuite({ answer: "Be short." });
  expect(await check()).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("against 0 recorded and 3 simulated replies"),
  });

  await deskSuite({ more: "trials: 2," });
  expect(await record()).toMatchObject({
    code: 0,
    stderr: expect.stringContaining("evals/desk.replies.jsonl holds 5 replies of 3 cases"),
  });
  expect(await recorded()).toEqual([
    { type: "replies", format: 1, suite: "desk" },
    { case: "hours", replies: { sort: [{ text: "other" }] } },
    ...["refund 1", "refund 2"].map((id) => ({
      case: id,
      replies: { answer: [{ text: "It is on its way." }], sort: [{ text: "refund" }] },
    })),
  ]);
  const requests = project.simulator.requests.length;
  expect(await check()).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("against 5 recorded and 0 simulated replies"),
  });
  await deskSuite({ answer: "Be short." });
  const failed = await check();
  expect(failed).toMatchObject({ code: 1, stdout: expect.stringContaining("answer: the prompt") });
  expect(failed.stdout).toMatch(/- Be kind\.\n +\+ Be short\./);
  expect(jsonLines((await check("--json")).stdout)).toMatchObject([
    { suites: [{ answered: { recorded: 5, simulated: 0 } }] },
  ]);
  expect(project.simulator.requests).toHaveLength(requests);
});

test("a file that is gone, or cannot be read, is exit code 2, and nothing is asked before", async () => {
  await withTasks({ sort: task, answer: task });
  project.simulator.script(desk);
  await deskSuite();
  await record();
  const requests = project.simulator.requests.length;
  await appendFile(file(), "<<<<<<< HEAD\n");
  for (const args of [["eval", "--check"], ["eval"]]) {
    expect(await project.seam(args)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/desk\.replies\.jsonl, line 5 is left from a merge.*--record/),
    });
  }
  await rm(file());
  expect(await check()).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/desk\.replies\.jsonl is not there.*--record/),
  });
  expect(project.simulator.requests).toHaveLength(requests);
  expect(await project.seam(["eval"])).toMatchObject({ code: 0 });
  expect(await check()).toMatchObject({ code: 0 });
});

test("calls side by side, and answers that are not accepted, are answered again as they were", async () => {
  await withTasks({});
  const slow = async (): Promise<string> => {
    await new Promise((resume) => setTimeout(resume, 300));
    return "one";
  };
  project.simulator.script({
    replies: [
      { match: { prompt: "first" }, reply: slow },
      { match: { prompt: "second" }, reply: "two" },
      { match: { prompt: "third" }, reply: "no number", times: 1 },
      { match: { prompt: "could not be used" }, reply: "3" },
    ],
  });
  const out = join(project.folder, "out");
  await project.suite(
    "desk",
    `import { appendFileSync } from "node:fs";
     import { z } from ${JSON.stringify(zod)};
     export const desk = defineEval({
       name: "desk",
       data: [{ id: "a", input: "a" }],
       run: async () => {
         const both = await Promise.all([ask("first"), seam.stream("ask", { prompt: "second" }).result.then(({ text }) => text)]);
         const { value } = await seam.extract("ask", { prompt: "third", schema: z.number() });
         appendFileSync(${JSON.stringify(out)}, JSON.stringify([...both, value]) + "\\n");
       },
       scorers: [function any() { return 1; }],
     });`,
  );
  expect(await record()).toMatchObject({ code: 0 });
  const replies = ["one", "two", "no number", "3"].map((text) => ({ text }));
  expect((await recorded())[1]).toEqual({ case: "a", replies: { ask: replies } });
  expect(await check()).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("against 4 recorded and 0 simulated replies"),
  });
  // The run, the two dry ones that make the lock, and the check.
  const told = jsonLines(await readFile(out, "utf8"));
  expect(told).toEqual(Array(4).fill(["one", "two", 3]));
});

test("what two branches record is merged by Git", async () => {
  const git = (...args: string[]) =>
    promisify(execFile)("git", ["-c", "user.name=a", "-c", "user.email=a@b.c", ...args], {
      cwd: project.folder,
    });
  const suite = (names: readonly string[]) =>
    project.suite(
      "desk",
      `export const desk = defineEval({
         name: "desk",
         data: ${JSON.stringify(names)}.map((input) => ({ id: input, input })),
         run: (input) => ask(input),
         scorers: [function any() { return 1; }],
       });`,
    );
  const base = ["b", "c", "d", "e", "f"];
  const commit = async (names: readonly string[], reply: string): Promise<void> => {
    project.simulator.script({ replies: [{ reply }] });
    await suite(names);
    expect(await record()).toMatchObject({ code: 0 });
    await git("add", "evals/desk.replies.jsonl");
    await git("commit", "-qm", reply);
  };
  await git("init", "-q", "-b", "main");
  await commit(base, "first");
  await git("checkout", "-qb", "one");
  await commit(["a", ...base], "second");
  await git("checkout", "-q", "main");
  await commit([...base, "g"], "third");
  await git("merge", "-q", "--no-edit", "one");
  const [, ...rows] = (await recorded()) as { readonly case: string }[];
  expect(rows.map((row) => row.case)).toEqual(["a", ...base, "g"]);
  expect(rows).toContainEqual({ case: "a", replies: { ask: [{ text: "second" }] } });
  await suite(["a", ...base, "g"]);
  expect(await check()).toMatchObject({
    stdout: expect.stringContaining("against 7 recorded and 0 simulated replies"),
  });
});

test("answers that call tools, what comes after them, and what may not be kept are not recorded", async () => {
  await withTasks({
    quiet: { ...task, content: "none" },
    grade: task,
    agent: task,
  });
  const big = "x".repeat(100_001);
  project.simulator.script({
    replies: [
      {
        match: { task: "agent" },
        times: 1,
        reply: { type: "tool-calls", calls: [{ name: "look", arguments: {} }] },
      },
      { match: { task: "agent" }, reply: "Looked." },
      { match: { task: "quiet" }, reply: "Between us." },
      { match: { task: "grade" }, reply: "1" },
      { match: { prompt: "much" }, reply: big },
      { match: { prompt: "key" }, reply: "It is sk-proj-abcdefghijklmnop." },
      { match: { prompt: "cut" }, reply: { type: "text", text: "So f", finish: "length" } },
    ],
  });
  await project.suite(
    "desk",
    `import { defineTool } from "llm-seam";
     import { appendFileSync } from "node:fs";
     import { z } from ${JSON.stringify(zod)};
     const looked = ${JSON.stringify(join(project.folder, "looked"))};
     const look = defineTool({
       description: "Looks.",
       effect: "read",
       trusted: true,
       inputSchema: z.object({}),
       execute: () => { appendFileSync(looked, "x"); return "seen"; },
     });
     export const desk = defineEval({
       name: "desk",
       data: [{ id: "a", input: "a" }],
       run: async () => {
         const agent = seam.agent("agent", { tools: { look }, grant: { tools: { look: true } } });
         const { text } = await agent.run({ prompt: "Look." });
         await seam.complete("quiet", { prompt: "Say it." });
         await ask("Say much.");
         await ask("Say the key.");
         await ask("Be cut.");
         return text;
       },
       scorers: [async function graded() {
         return Number((await seam.complete("grade", { prompt: "Good?" })).text);
       }],
     });`,
  );
  const run = await record();
  expect(run).toMatchObject({ code: 0 });
  expect(run.stderr).toContain("holds 2 replies of 1 case");
  expect(run.stderr).toMatch(
    /Not recorded.*2 that call tools or come after one that does; 1 that are too large; 1 of tasks that do not keep content in full/,
  );
  expect(await recorded()).toEqual([
    { type: "replies", format: 1, suite: "desk" },
    {
      case: "a",
      replies: { ask: [null, { text: "It is [secret]." }, { text: "So f", finish: "length" }] },
    },
  ]);
  expect(await readFile(join(project.folder, "looked"), "utf8")).toBe("x");
  expect(await check()).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("against 2 recorded and 3 simulated replies"),
  });
  expect(await readFile(join(project.folder, "looked"), "utf8")).toBe("x");
});

test("only a whole run that passes is recorded", async () => {
  await withTasks({ sort: task, answer: task });
  project.simulator.script(desk);
  await deskSuite({ score: 0, more: "gate: { metrics: { any: { atLeast: 1 } } }," });
  expect(await record()).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("Replies of desk were not recorded"),
  });
  await expect(readFile(file())).rejects.toThrow("ENOENT");
  for (const other of [["--check"], ["--filter", "desk/hours"], ["--shard", "1/2"], ["--resume"]])
    expect(await record(...other)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("--record"),
    });
});
