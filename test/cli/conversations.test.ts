import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSeam } from "llm-seam";
import { simulatedModel } from "llm-seam/simulator";
import { afterAll, beforeAll, expect, test } from "vitest";
import { jsonLines, runSeam } from "./run-seam.testkit.ts";

let folder: string;
let store: string;
let callId: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "seam-cli-chats-"));
  store = join(folder, "seam.db");
  const model = simulatedModel({
    script: {
      replies: [
        { match: { prompt: "You keep" }, reply: "They spoke." },
        { match: { prompt: "messages since" }, reply: "They spoke of \u001b[2Jmany words." },
        { reply: `Understood. ${"yes ".repeat(100)}` },
      ],
    },
  });
  const conversation = { window: 1_500, summaryTokens: 200 };
  await using seam = createSeam({ tasks: { chat: { model, conversation } }, store });
  const first = seam.conversation("ticket-1", { task: "chat" });
  await first.pin("Plan: gold.");
  for (let number = 0; number < 12; number++) {
    ({ callId } = await first.send(`Number ${number}. ${"word ".repeat(80)}`));
  }
  await seam
    .conversation("evil \u001b]0;owned\u0007", { task: "chat" })
    .append([{ role: "user", content: "\u001b[2JHello" }]);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("lists the conversations, the one that was added to last first", async () => {
  const { code, stdout } = await runSeam(["conversations", "--store", store]);
  expect(code).toBe(0);
  expect(stdout).not.toContain("\u001b");
  const [head, ...rows] = stdout.trimEnd().split("\n");
  expect(head).toMatch(/^ID +TASK +TURNS +IN SUMMARY +LAST +BEGUN$/);
  expect(rows).toHaveLength(2);
  expect(rows[0]).toMatch(/^evil \\x1b\]0;owned\\x07 +chat +1 +0 /);
  expect(rows[1]).toMatch(/^ticket-1 +chat +12 +[1-9]/);
  const json = await runSeam(["conversations", "--store", store, "--json", "--limit", "1"]);
  expect(jsonLines(json.stdout)).toMatchObject([{ task: "chat", turns: 1, summary: null }]);
  expect(json.stdout).not.toContain('"state"');
});

test("shows one: pins, summary, and what each turn was sent with", async () => {
  const { code, stdout } = await runSeam(["conversations", "show", "ticket-1", "--store", store]);
  expect(code).toBe(0);
  expect(stdout).not.toContain("\u001b");
  expect(stdout).toContain("Plan: gold.");
  expect(stdout).toMatch(/Summary of turns 0 to \d+ \(about \d+ tokens?\)\n {2}They spoke/);
  expect(stdout).toMatch(
    /Turn 11 .*\n {2}\w+ · [\d,]+ in, [\d,]+ out · .* · sent with \d+ turns? · a summary of \d+ turns?/,
  );
  expect(stdout).toContain(callId);
  const json = await runSeam(["conversations", "show", "ticket-1", "--store", store, "--json"]);
  const [shown] = jsonLines(json.stdout);
  expect(shown).toMatchObject({ id: "ticket-1", pins: ["Plan: gold."] });
  expect(shown?.["history"]).toMatchObject(Array.from({ length: 12 }, (_, turn) => ({ turn })));
});

test("one that is not there is told of, with what to do", async () => {
  const { code, stderr } = await runSeam(["conversations", "show", "nobody", "--store", store]);
  expect(code).not.toBe(0);
  expect(stderr).toContain('has the id "nobody"');
  expect(stderr).toContain("`seam conversations` lists them");
});
