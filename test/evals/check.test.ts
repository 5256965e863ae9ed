import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { jsonLines } from "../cli/run-seam.testkit.ts";
import { type EvalProject, makeEvalProject } from "./eval-project.testkit.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let project: EvalProject;
beforeEach(async () => {
  project = await makeEvalProject();
});
afterEach(() => project.remove());

interface Feature {
  readonly system?: string;
  readonly prompt?: string;
  readonly settings?: string;
  readonly more?: string;
}

const tagged = `template\`Is this urgent? \${{ input }}\``;

/** A suite of four cases. `prompt` is code that has `input`. */
function tickets({
  system = "You sort tickets.",
  prompt = tagged,
  settings = "",
  more = "",
}: Feature = {}): string {
  return `import { template } from "llm-seam";
  export const tickets = defineEval({
    name: "tickets",
    data: ["a", "b", "c", "d"].map((input) => ({ id: input, input, expected: "yes" })),
    run: (input) => ask(${prompt}, { system: ${JSON.stringify(system)}, ${settings} }),
    scorers: [evals.exact()],
    ${more}
  });`;
}

const evaluate = () => project.seam(["eval"]);
const check = (...more: string[]) => project.seam(["eval", "--check", ...more]);
const lock = () => readFile(join(project.folder, "seam.lock"), "utf8");

test("a passed suite locks its prompts; the same prompts pass, without a request, a key or an event", async () => {
  await project.suite("tickets", tickets());
  expect(await check()).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(
      /never evaluated.*Evaluate it: seam eval evals\/tickets\.eval\.ts/s,
    ),
  });
  expect(project.simulator.requests).toHaveLength(0);
  expect(await evaluate()).toMatchObject({
    code: 0,
    stderr: expect.stringContaining("seam.lock covers 1 prompt"),
  });
  expect(await lock()).toContain("text: Is this urgent? {input}");
  const requests = project.simulator.requests.length;
  await rm(join(project.folder, ".seam"), { recursive: true });
  await project.simulator.close();
  const passed = await check();
  expect(passed).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("1 prompt of 1 suite, in 4 cases"),
  });
  expect(project.simulator.requests).toHaveLength(requests);
  await expect(readdir(join(project.folder, ".seam/evals"))).rejects.toThrow("ENOENT");
  const calls = await project.seam(["calls", "--children", "--json"]);
  expect(calls.stdout).toBe("");
});

test("a change fails, with a diff and the command, until it is evaluated; then the old prompt is gone", async () => {
  await project.suite("tickets", tickets());
  await evaluate();
  await project.suite(
    "tickets",
    tickets({ system: "You sort mails.", settings: "settings: { temperature: 0.5 }" }),
  );
  const failed = await check();
  expect(failed.code).toBe(1);
  expect(failed.stdout).toMatch(
    /ask: the prompt [0-9a-f]{16}, which tickets sends, was never evaluated/,
  );
  expect(failed.stdout).toMatch(/- You sort tickets\.\n +\+ You sort mails\./);
  expect(failed.stdout).toMatch(/settings\n.*\+.*"temperature": 0\.5/s);
  const [told] = jsonLines((await check("--json")).stdout);
  expect(told).toMatchObject({
    findings: [{ kind: "unevaluated", task: "ask", suites: ["tickets"] }],
  });
  await evaluate();
  expect(await check()).toMatchObject({ code: 0 });
  expect(await lock()).not.toContain("You sort tickets.");
});

test("a gate that fails locks nothing, unless it is accepted; a part of the cases locks nothing", async () => {
  const strict = tickets({ more: "gate: { metrics: { exact: { atLeast: 1 } } }," });
  project.simulator.script({ replies: [{ reply: "no" }] });
  await project.suite("tickets", strict);
  expect(await evaluate()).toMatchObject({ code: 1 });
  await project.seam(["eval", "--filter", "tickets/a"]);
  await expect(lock()).rejects.toThrow("ENOENT");
  expect(await check()).toMatchObject({ code: 1 });
  expect(await project.seam(["eval", "--accept"])).toMatchObject({ code: 0 });
  expect(await lock()).toContain("passed: false");
  expect(await check()).toMatchObject({ code: 0 });
});

test("a prompt that is glued together is caught by its words, too; one with the time in it is not", async () => {
  await project.suite("tickets", tickets({ prompt: '"Is this urgent? " + input' }));
  await evaluate();
  expect(await check()).toMatchObject({ code: 0 });
  await project.suite("tickets", tickets({ prompt: '"Does this hurry? " + input' }));
  const reworded = await check();
  expect(reworded).toMatchObject({ code: 1, stdout: expect.stringContaining("template`") });
  expect(reworded.stdout).toMatch(/- Is this urgent\? …\n +\+ Does this hurry\? …/);
  await project.suite("tickets", tickets({ prompt: '"Now is " + performance.now() + input' }));
  await evaluate();
  expect(await check()).toMatchObject({ code: 0 });
});

test("what a model is made to have said counts as words; a tool is not run, not even a forced one", async () => {
  const examples = (answer: string) =>
    tickets({
      prompt: "undefined",
      settings: `messages: [
        { role: "user", content: "The shop is on fire" },
        { role: "assistant", content: ${JSON.stringify(answer)} },
        { role: "user", content: ${tagged} },
      ],`,
    });
  await project.suite("tickets", examples("yes"));
  await evaluate();
  expect(await check()).toMatchObject({ code: 0 });
  await project.suite("tickets", examples("no"));
  const failed = await check();
  expect(failed).toMatchObject({ code: 1 });
  expect(failed.stdout).toMatch(/- yes\n +\+ no\n/);
  await project.suite(
    "tools",
    `import { writeFile } from "node:fs/promises";
     import { generateText, jsonSchema, tool } from ${JSON.stringify(import.meta.resolve("ai"))};
     const pay = tool({
       inputSchema: jsonSchema({ type: "object" }),
       execute: () => writeFile("paid", ""),
     });
     export const tools = defineEval({
       name: "tools",
       data: [{ input: "a" }],
       run: (prompt) => generateText({ model: seam.model("ask"), prompt, tools: { pay }, toolChoice: "required" }),
       scorers: [evals.exact()],
     });`,
  );
  expect((await check("evals/tools.eval.ts")).stdout).toContain("which tools sends");
  expect(await readdir(project.folder)).not.toContain("paid");
});

test("a new suite and one that fails before it asks are told; a broken lock is exit code 2", async () => {
  await project.suite("tickets", tickets());
  await evaluate();
  await project.suite("more", tickets().replace('"tickets"', '"more"'));
  expect(await check()).toMatchObject({
    code: 1,
    stdout: expect.stringContaining("suite more was never evaluated"),
  });
  await project.suite("more", tickets({ prompt: "undefined.x" }).replace('"tickets"', '"more"'));
  expect(await check()).toMatchObject({
    code: 1,
    stdout: expect.stringContaining("fails before a model is asked"),
  });
  await writeFile(join(project.folder, "seam.lock"), `version: 1\n<<<<<<< HEAD\n`);
  expect(await check()).toMatchObject({ code: 2, stderr: expect.stringContaining("line 2") });
});

test("asks no provider, and needs no key of one; conversations of a check are kept nowhere", async () => {
  await project.write(
    "seam.config.mjs",
    `const model = "anthropic/claude-haiku-4-5";
     export default { tasks: { ask: { model }, judge: { model }, other: { model } } };`,
  );
  await project.write(
    "evals/keyless.eval.ts",
    `import { createSeam } from "llm-seam";
     import { defineEval, exact, judge } from "llm-seam/evals";
     import config from "../seam.config.mjs";
     const seam = createSeam(config);
     export const talk = defineEval({
       name: "talk",
       data: [{ input: "a" }, { input: "b" }],
       run: async (input) => {
         const chat = seam.conversation("c-" + input, { task: "ask", system: "You talk." });
         await chat.send(input);
         return (await chat.history()).length;
       },
       scorers: [exact(), judge({ seam, task: "judge", rubric: "R", scale: { from: 1, to: 5 } })],
     });`,
  );
  const checked = await project.seam(["eval", "--check", "evals/keyless.eval.ts"]);
  expect(checked.stdout).toContain("ask: the prompt");
  expect(checked).toMatchObject({ code: 1, stderr: expect.not.stringContaining("failed on") });
  const all = await project.seam(["eval", "--check", "--config", "seam.config.mjs"]);
  // What judges is no feature.
  expect(all.stderr).toContain("No suite sends prompts of other.");
  const kept = await project.seam(["conversations", "list", "--json"]);
  expect(kept.stdout).toBe("");
});
