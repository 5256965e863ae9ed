import { DatabaseSync } from "node:sqlite";
import type { LanguageModelV4Message } from "@ai-sdk/provider";
import { openEvents } from "llm-seam/events";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TaskPrompts } from "../../src/prompts/report.ts";
import { type Harness, startHarness } from "../support/harness.ts";
import { makeProject } from "./project.testkit.ts";
import { jsonLines, runSeam } from "./run-seam.testkit.ts";

const tasks = {
  sort: { model: "anthropic/claude-sonnet-4-5" },
  agent: { model: "openai/gpt-4.1-mini" },
  cached: { model: "anthropic/claude-sonnet-4-5", promptCache: true },
  varied: { model: "local/m" },
  single: { model: "local/m" },
} as const;

const rule = "Never tell the customer about another customer's orders.";
const handbook = "Everything in this handbook is to be followed to the letter. ";
const system = `${rule}\n${handbook.slice(0, -1)}${" Section.".repeat(800)}\n\n\n\n${rule}`;
const article = `The parcel left the house. ${"It travelled on. ".repeat(40)}`;

let harness: Harness<keyof typeof tasks>;

beforeAll(async () => {
  harness = await startHarness({ tasks });
  const { seam, simulator } = harness;
  for (let call = 0; call < 10; call++) {
    await seam.complete("sort", { system, prompt: `Ticket ${call}` });
    await seam.complete("cached", { system, prompt: `Ticket ${call}` });
    await seam.complete("varied", {
      system: `${"You sort tickets. ".repeat(100)}It is ${call} o'clock.`,
      prompt: `${article}\n`,
      ...(call === 0 && { system: "Another text" }),
    });
  }
  const inputSchema = { type: "object", properties: { id: { type: "string" } } } as const;
  const said = (text: string): LanguageModelV4Message => ({
    role: "user",
    content: [{ type: "text", text }],
  });
  const lookUp = {
    type: "function",
    name: "lookUp",
    description: "Looks up an order.",
    inputSchema,
  } as const;
  const refund = {
    type: "function",
    name: "refund",
    description: `Refunds it. ${handbook.repeat(20)}`,
    inputSchema,
  } as const;
  simulator.script({
    replies: [
      { reply: { type: "tool-calls", calls: [{ name: "lookUp", arguments: { id: "1" } }] } },
    ],
  });
  for (let call = 0; call < 3; call++) {
    await seam.model("agent").doGenerate({
      prompt: [said(article), said(article), said(`Call ${call}`)],
      tools: [lookUp, refund],
    });
  }
  await seam.complete("single", { prompt: "Only once" });
  await seam.flush();
  spreadOverTime();
}, 60_000);
afterAll(() => harness[Symbol.asyncDispose]());

/** Ten days of calls, a day apart, but those of `sort` in two bursts. */
function spreadOverTime(): void {
  const database = new DatabaseSync(harness.file);
  const day = 86_400_000;
  const now = Date.now();
  const rows = database.prepare("select rowid, task from events order by rowid").all();
  const seen = new Map<unknown, number>();
  for (const { rowid, task } of rows) {
    const index = seen.get(task) ?? 0;
    seen.set(task, index + 1);
    const at =
      task === "sort" ? now - (index < 5 ? 10 : 5) * day + index * 1_000 : now - (10 - index) * day;
    database
      .prepare("update events set time = ? where rowid = ?")
      .run(Math.round(at), Number(rowid));
  }
  database.close();
}

/** The reports of `--json`, by task. */
async function report(...args: string[]): Promise<(task: string) => TaskPrompts> {
  const { stdout, code, stderr } = await runSeam([
    "prompts",
    "--json",
    "--store",
    harness.file,
    ...args,
  ]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const reports = jsonLines(stdout) as unknown as TaskPrompts[];
  return (wanted) => {
    const found = reports.find(({ task }) => task === wanted);
    if (found === undefined) throw new Error(`no report of ${wanted}`);
    return found;
  };
}

test("volumes count calls, pauses and tokens in SQL, and are what the whole window holds", async () => {
  using events = openEvents(harness.file);
  const volumes = await events.promptVolumes({});
  expect(volumes.find(({ task }) => task === "sort")).toMatchObject({
    target: "anthropic/claude-sonnet-4-5",
    calls: 10,
    pausesOver5m: 1,
    cachedTokens: 0,
  });
  expect(volumes.find(({ task }) => task === "cached")).toMatchObject({ pausesOver5m: 9 });
  expect(await events.callsTool("lookUp", { task: "agent" })).toBe(true);
  expect(await events.callsTool("refund", {})).toBe(false);
});

describe("--json", () => {
  test("the beginning that all calls share, its tokens by the provider's count, a month of it", async () => {
    const sort = (await report("--task", "sort"))("sort");
    expect(sort).toMatchObject({
      calls: 10,
      callsPerMonth: 30,
      looked: 10,
      isCalibrated: true,
      prefix: { share: 1, labels: ["system"] },
    });
    const { tokens } = sort.prefix;
    expect(tokens).toBeGreaterThan((system.length / 4) * 0.98);
    expect(tokens).toBeLessThan((system.length / 4) * 1.02);
    const [target] = sort.targets;
    const plain = (tokens * 30 * 3) / 1e6;
    expect(target?.prefixUsd).toBeCloseTo(plain, 4);
    expect(target?.wouldSaveUsd).toBeCloseTo(plain * (0.8 * 0.9 - 0.2 * 0.25), 4);
    expect(target).toMatchObject({
      savesNowUsd: 0,
      basis: expect.stringMatching(/^2 of 10 calls/),
    });
  });

  test("what is cached already is taken off, and what would cost more is said so", async () => {
    const [target] = (await report())("cached").targets;
    expect(target?.savesNowUsd).toBeGreaterThan(0);
    expect(target?.wouldSaveUsd).toBeLessThan(-(target?.savesNowUsd ?? 0));
  });

  test("concrete trims: sentences, whitespace, tools never called, documents sent twice", async () => {
    const reports = await report();
    const trims = (task: string) => reports(task).trims;
    expect(trims("sort")).toContainEqual(
      expect.objectContaining({ kind: "sentence", what: rule, prompts: 10, isSafe: true }),
    );
    expect(trims("sort")).toContainEqual(
      expect.objectContaining({ kind: "whitespace", isSafe: true }),
    );
    const agent = trims("agent").map(({ kind, what }) => `${kind} ${what}`);
    expect(agent).toContain("tool refund");
    expect(agent).not.toContain("tool lookUp");
    expect(agent).toContainEqual(expect.stringMatching(/^document "The parcel left/));
  });

  test("a beginning that all share but one, and one that changes at its end", async () => {
    const varied = (await report())("varied");
    expect(varied).toMatchObject({
      prefix: { labels: [], next: { label: "system" } },
      targets: [{ prefixUsd: null, wouldSaveUsd: null, basis: "its price is not known" }],
    });
    expect(varied.prefix.next?.tokens).toBeGreaterThan(400);
    const agent = (await report())("agent");
    expect(agent).toMatchObject({
      prefix: { labels: ["tool lookUp", "tool refund", "user", "user"], share: 1 },
    });
  });
});

describe("as text", () => {
  const text = async (...args: string[]): Promise<string> =>
    (await runSeam(["prompts", "--store", harness.file, ...args])).stdout;

  test("a table of all tasks, then what there is to say about each", async () => {
    const all = await text();
    expect(all).toMatch(
      /^TASK +CALLS\/MONTH +PROMPT +PREFIX +SHARED BY +PREFIX\/MONTH +SAVED +COULD SAVE$/m,
    );
    expect(all).toMatch(/^sort +30 +[\d,]+ +[\d,]+ +100 % +\$0\.\d+ +\$0 +\$0\.\d+$/m);
    expect(all).toMatch(/^single .*\?$/m);
    expect(all).toMatch(/^single +[\d,]+ +[\d,]+ +0 +– /m);
    expect(all).toContain("One prompt alone does not show what repeats.");
  });

  test("sentences with their reasons", async () => {
    const sort = await text("--task", "sort");
    expect(sort).toMatch(
      /- 10 calls in 10\.0 days, about 30 a month; the newest 10 were looked at/,
    );
    expect(sort).toMatch(/- 100 % of the prompts begin with the same [\d,]+ tokens: system\./);
    expect(sort).toMatch(/would save \$0\.\d+ a month more than now; 2 of 10 calls write it/);
    const agent = await text("--task", "agent");
    expect(agent).toMatch(
      /- The tool refund was offered and never called \(\d+ tokens in every prompt/,
    );
    expect(await text("--task", "cached")).toMatch(/would cost \$0\.\d+ a month more/);
  });

  test("prices of the config are used; no call is no table", async () => {
    const project = await makeProject();
    await project.write(
      "seam.config.ts",
      `export default {
        tasks: { varied: { model: "local/m" } },
        providers: { local: { baseURL: "http://127.0.0.1:9/v1" } },
        prices: { "local/m": { input: 1000, output: 0, cacheRead: 1 } },
        store: ${JSON.stringify(harness.file)},
      };`,
    );
    const { stdout } = await runSeam(["prompts", "--task", "agent"], { cwd: project.folder });
    expect(stdout).toContain("agent");
    const none = await runSeam(["prompts", "--task", "none"], { cwd: project.folder });
    expect(none).toMatchObject({ code: 0, stdout: "", stderr: expect.stringContaining("No call") });
    await project.remove();
  });

  test("calls whose content is left out are counted, and said to be out of sight", async () => {
    await using unseen = await startHarness({
      tasks: { secret: { model: "anthropic/claude-sonnet-4-5" } },
    });
    for (const prompt of ["One", "Two"]) await unseen.seam.complete("secret", { prompt, system });
    await unseen.seam.flush();
    const database = new DatabaseSync(unseen.file);
    database.exec(`update events set prompt = '{"prompt":[]}', response = null`);
    database.close();
    const { stdout } = await runSeam(["prompts", "--store", unseen.file]);
    expect(stdout).toMatch(/- 2 calls in 1\.0 hours, .* The content of 2 is not kept/);
    expect(stdout).not.toMatch(/begin with|tokens:/);
  });

  test("a sample smaller than two calls is refused", async () => {
    const { code, stderr } = await runSeam(["prompts", "--sample", "1", "--store", harness.file]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining("from 2 to") });
  });
});
