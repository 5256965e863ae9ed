import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { defineTool, template } from "llm-seam";
import { openEvents } from "llm-seam/events";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { updateLock } from "../../src/evals/lock/file.ts";
import { promptOf, runOf } from "../../src/evals/lock/lock.testkit.ts";
import { withRun } from "../../src/evals/lock/lock.ts";
import { calls, replyWith } from "../support/agent.ts";
import { type Harness, startHarness } from "../support/harness.ts";
import { jsonLines, runSeam } from "./run-seam.testkit.ts";

const model = "anthropic/claude-haiku-4-5";
let harness: Harness<"sort" | "reply" | "ruled">;
let options: string[];

beforeAll(async () => {
  harness = await startHarness({
    tasks: { sort: { model }, reply: { model }, ruled: { model, rule: () => "yes" } },
  });
  const config = join(harness.folder, "seam.config.mjs");
  await writeFile(
    config,
    `export default { store: "seam.db", tasks: { sort: { model: "${model}" } } };\n`,
  );
  options = ["--config", config];
});
afterAll(() => harness[Symbol.asyncDispose]());

test("calls on prompts that no eval covers are listed, those of evals, rules and replays are not", async () => {
  const { seam, simulator, file } = harness;
  const sort = (ticket: string) => seam.complete("sort", { prompt: template`Sort: ${{ ticket }}` });
  const covered = await sort("a");
  await seam.complete("ruled", { prompt: "x" });
  await seam.complete("reply", { prompt: "x", tags: { eval: "tickets" } });
  await seam.complete("reply", { prompt: "x", tags: { replay_of: covered.callId } });
  const open = await seam.complete("reply", { prompt: "x", tags: { note: '"eval":' } });
  const look = defineTool({
    description: "Looks.",
    effect: "read",
    inputSchema: z.object({}),
    execute: () => "x",
  });
  replyWith(simulator, calls(["look", {}]), "done");
  await seam
    .agent("reply", { tools: { look }, grant: { tools: { look: true } } })
    .run({ prompt: "y" });
  await seam.flush();

  const listed = async (...more: string[]): Promise<string[]> => {
    const { code, stdout } = await runSeam([
      "calls",
      "--unevaluated",
      "--json",
      ...options,
      ...more,
    ]);
    expect(code).toBe(0);
    return jsonLines(stdout).map((call) => `${call["task"]} ${call["pattern"]}`);
  };
  const ofReply = ["reply complete", "reply model", "reply model"];
  expect(await listed()).toEqual(["sort complete", ...ofReply]);

  using events = openEvents(file);
  const { promptFingerprint } = (await events.get(covered.callId)) ?? {};
  const prompts = new Map([[String(promptFingerprint), promptOf()]]);
  await updateLock(join(harness.folder, "seam.lock"), (lock) => withRun(lock, runOf({ prompts })));
  expect(await listed()).toEqual(ofReply);
  expect(await listed("--task", "sort")).toEqual([]);
  expect((await listed("--children")).length).toBeGreaterThan(ofReply.length);

  const told = await runSeam(["calls", "--unevaluated", ...options]);
  expect(told.stderr).toContain("seam.lock knows 1 prompt of evals.");
  expect(told.stdout).toContain(open.callId);
  expect(told.stdout).not.toContain(covered.callId);
  expect(told.stderr).not.toContain("older call");
});

test("calls of releases that kept no fingerprint are counted apart", async () => {
  await harness.seam.complete("sort", { prompt: "old" });
  await harness.seam.flush();
  const database = new DatabaseSync(harness.file);
  database.exec("update events set prompt_fingerprint = null where task = 'sort'");
  database.close();
  const { stdout, stderr } = await runSeam([
    "calls",
    "--unevaluated",
    "--task",
    "sort",
    ...options,
  ]);
  expect(stdout).toBe("");
  expect(stderr).toContain("Of 2 older calls it is not known which prompt was sent.");
});

test("a lock that cannot be read is an error, with its line", async () => {
  await writeFile(join(harness.folder, "seam.lock"), "version: 1\n<<<<<<< HEAD\n");
  const { code, stderr } = await runSeam(["calls", "--unevaluated", ...options]);
  expect(code).not.toBe(0);
  expect(stderr).toContain("line 2");
});
