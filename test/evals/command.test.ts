import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { RunRow } from "../../src/evals/run/records.ts";
import { ended, jsonLines, startSeam } from "../cli/run-seam.testkit.ts";
import { type EvalProject, makeEvalProject, rowsIn, trialsIn } from "./eval-project.testkit.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let project: EvalProject;
beforeEach(async () => {
  project = await makeEvalProject();
});
afterEach(() => project.remove());

/** A suite of so many cases, of which every fourth is answered wrongly. */
function tickets(cases: number, more = ""): string {
  return `export const tickets = defineEval({
    name: "tickets",
    data: Array.from({ length: ${cases} }, (_, index) => ({
      id: "case-" + index, input: "q" + index, expected: index % 4 === 0 ? "no" : "yes",
    })),
    run: (input, { signal }) => ask(input, { signal }),
    scorers: [evals.exact()],
    ${more}
  });`;
}

const requests = (): number => project.simulator.requests.length;

test("a suite is run, shown, kept in a file and in the history; run again, it costs nothing", async () => {
  await project.suite("tickets", tickets(8, "trials: 2,"));
  const first = await project.seam(["eval"]);
  expect(first).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/tickets +PASSED.*exact +0\.75/s),
  });
  expect(first.stderr).toMatch(/^The rows of this run: \.seam\/evals\/\w+\.jsonl$/m);
  expect(first.stderr).not.toContain("█");
  expect(requests()).toBe(16);
  const again = await project.seam(["eval", "evals", "--json"]);
  const [result] = jsonLines(again.stdout);
  expect(result).toMatchObject({ start: { suite: "tickets" }, counts: { trials: 16, cached: 16 } });
  expect(requests()).toBe(16);
  expect((await project.runs()).map((rows) => rows.map(({ type }) => type))).toEqual(
    Array(2).fill(["run", ...Array(16).fill("trial"), "end"]),
  );
  const history = await project.seam(["eval", "history", "tickets", "--json"]);
  expect(jsonLines(history.stdout)).toMatchObject([{ trials: 16 }, { trials: 16, passed: true }]);
});

test("a gate that fails is exit code 1; what is accepted is compared with, and regressions fail", async () => {
  await project.suite("tickets", tickets(40, "gate: { metrics: { exact: { atLeast: 0.9 } } },"));
  expect(await project.seam(["eval"])).toMatchObject({
    code: 1,
    stdout: expect.stringContaining("FAILED"),
  });
  await project.suite("tickets", tickets(40));
  const accepted = await project.seam(["eval", "--accept"]);
  expect(accepted).toMatchObject({
    code: 0,
    stderr: expect.stringContaining("evals/tickets.baseline.jsonl"),
  });
  await project.suite("tickets", tickets(40).replace("ask(input, { signal })", '"maybe"'));
  const worse = await project.seam(["eval"]);
  expect(worse).toMatchObject({ code: 1, stdout: expect.stringContaining("regressed") });
  expect((await project.seam(["eval", "--baseline", "last"])).code).toBe(0);
  const before = await project.runs();
  const gone = await project.seam(["eval", "--baseline", "c0ffee"]);
  expect(await project.runs()).toHaveLength(before.length);
  expect(gone).toMatchObject({ code: 2, stderr: expect.stringContaining("--baseline c0ffee") });
});

test.each([
  [["eval", "--trials", "0"], /whole number from 1 to 100/],
  [["eval", "--shard", "5/4"], /the first of four parts/],
  [["eval", "--filter", "/(/"], /Invalid regular expression/],
  [["eval", "nowhere"], /No eval file is found by nowhere/],
  [["eval", "--filter", "nothing-like-it"], /No case is selected by --filter/],
  [["eval", "--accept", "--shard", "1/2"], /--accept.*--shard/],
])("%j is exit code 2", async (args, message) => {
  await project.suite("tickets", tickets(2));
  expect(await project.seam(args)).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(message),
  });
  expect(requests()).toBe(0);
});

test.each([
  [
    "a rejection nobody waits for",
    `run: (input) => { Promise.reject(new Error("lost")); return ask(input); }`,
    /told below.*lost/s,
  ],
  [
    "an error in a timer",
    `run: (input) => { setTimeout(() => { throw new Error("late"); }); return ask(input); }`,
    /told below.*late/s,
  ],
  ["process.exit()", "run: () => process.exit(0)", /process\.exit\(\)/],
  [
    "data that never comes",
    "data: () => new Promise(() => {}), run: ask",
    /waits for what never comes/,
  ],
])("%s is no verdict: exit code 2", async (_, options, message) => {
  const cases = options.startsWith("data") ? "" : 'data: [{ input: "q" }],';
  await project.suite(
    "tickets",
    `export const tickets = defineEval({ name: "tickets", ${cases} ${options}, scorers: [evals.exact()] });`,
  );
  const result = await project.seam(["eval"]);
  expect(result).toMatchObject({ code: 2, stdout: "", stderr: expect.stringMatching(message) });
  expect(result.stderr).not.toContain("top-level await");
});

test("a reader that leaves early takes no failed gate for a passed one", async () => {
  const failing = `gate: { metrics: { exact: { atLeast: 1 } } },`;
  const slow = "(await new Promise((resume) => setTimeout(resume, 500)), await ask(input))";
  for (const name of ["one", "two", "three"]) {
    const suite = tickets(1, failing).replaceAll("tickets", name);
    await project.suite(name, suite.replace(/run: .*/, `run: async (input) => ${slow},`));
  }
  const child = startSeam(["eval"], { cwd: project.folder });
  const end = ended(child);
  child.stdout.once("data", () => child.stdout.destroy());
  expect((await end).code).not.toBe(0);
});

test("what eval files print is kept out of JSON", async () => {
  const loud = tickets(2).replace("ask(input", '(console.log("asked"), ask)(input');
  await project.suite("tickets", `console.log("loaded"); ${loud}`);
  const result = await project.seam(["eval", "--json"]);
  expect(jsonLines(result.stdout)).toMatchObject([{ start: { suite: "tickets" } }]);
  expect(result.stderr).toMatch(/loaded.*asked/s);
});

test("a suite that cannot be run is exit code 2, and keeps no other from being run", async () => {
  await project.suite("absent", 'import "nowhere";');
  await project.suite("broken", tickets(0).replaceAll("tickets", "broken"));
  await project.suite("tickets", tickets(4));
  const result = await project.seam(["eval"]);
  expect(result).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/absent.*there are no rows/s),
  });
  expect(result.stdout).toMatch(/tickets +PASSED/);
});

test("a provider that is down is exit code 3, and no verdict on the feature", async () => {
  project.simulator.play(Array(8).fill("status-503"));
  await project.suite("tickets", tickets(8, "gate: { metrics: { exact: { atLeast: 0.5 } } },"));
  const result = await project.seam(["eval"]);
  expect(result).toMatchObject({
    code: 3,
    stdout: expect.stringMatching(/not tried \(8 times\): \w+: .*503/),
  });
  const [rows = []] = await project.runs();
  expect(new Set(trialsIn(rows).map(({ error }) => error?.kind))).toEqual(new Set(["untried"]));
});

test("limits of cost and of time are exit code 4, and what was run is kept", async () => {
  await project.suite("tickets", tickets(200));
  const cost = await project.seam(["eval", "--max-cost", "0.00005", "--concurrency", "1"]);
  expect(cost.code).toBe(4);
  const hanging = tickets(50).replace(
    "ask(input",
    'input === "q9" ? new Promise(() => {}) : ask(input',
  );
  await project.suite("tickets", hanging);
  expect((await project.seam(["eval", "--max-time", "1500ms"])).code).toBe(4);
  const [first = [], second = []] = await project.runs();
  expect(first.at(-1)).toMatchObject({ type: "end", reason: "cost" });
  expect(trialsIn(first).length).toBeLessThan(50);
  expect(trialsIn(first).length).toBeGreaterThan(2);
  expect(second.at(-1)).toMatchObject({ type: "end", reason: "time" });
});

/** A suite whose last cases wait until a file is there. */
const waiting = `
  import { existsSync } from "node:fs";
  import { setTimeout as wait } from "node:timers/promises";
  ${tickets(20, "concurrency: 4,").replace(
    "ask(input, { signal })",
    `(async () => {
      while (Number(input.slice(1)) >= 12 && !existsSync("go")) await wait(10, undefined, { signal });
      return await ask(input, { signal });
    })()`,
  )}`;

async function rowsOfWaiting(): Promise<RunRow[]> {
  return await vi.waitFor(
    async () => {
      const [rows = []] = await project.runs();
      expect(trialsIn(rows)).toHaveLength(12);
      return rows;
    },
    { timeout: 40_000, interval: 20 },
  );
}

test.each(["SIGINT", "SIGKILL"] as const)(
  "after %s, what ran is there, and --resume runs the rest alone",
  async (signal) => {
    await project.suite("tickets", waiting);
    const child = startSeam(["eval"], { cwd: project.folder });
    const end = ended(child);
    await rowsOfWaiting();
    child.kill(signal);
    const { code, stderr } = await end;
    expect(code).toBe(signal === "SIGINT" ? 130 : null);
    if (signal === "SIGINT") expect(stderr).toContain("seam eval --resume");
    expect(requests()).toBe(12);
    await project.write("go", "");
    const resumed = await project.seam(["eval", "--resume"]);
    expect(resumed).toMatchObject({
      code: 0,
      stderr: expect.stringContaining("Going on with the run"),
    });
    expect(requests()).toBe(20);
    const [before = [], after = []] = await project.runs();
    expect(before.at(-1)).toMatchObject(
      signal === "SIGINT" ? { type: "end", reason: "stopped" } : { type: "trial" },
    );
    const trials = trialsIn(after);
    expect(new Set(trials.map((trial) => trial.case)).size).toBe(20);
    expect(trials).toHaveLength(20);
    expect(trials.filter(({ cached }) => cached)).toHaveLength(0);
    expect(after[0]).toMatchObject({ resumed: (before[0] as { run: string }).run });
    const third = await project.seam(["eval", "--resume"]);
    expect(third.stderr).toContain("no run of tickets to go on with");
  },
);

test("shards that are merged are one run; one that is missing or there twice is named", async () => {
  await project.suite("tickets", tickets(40, "trials: 2,"));
  const whole = jsonLines((await project.seam(["eval", "--json"])).stdout)[0];
  for (const index of [1, 2, 3, 4]) {
    const shard = await project.seam([
      "eval",
      "--shard",
      `${index}/4`,
      "--jsonl",
      `s${index}.jsonl`,
    ]);
    expect(shard.code).toBe(0);
  }
  expect(requests()).toBe(80);
  const files = [1, 2, 3, 4].map((index) => `s${index}.jsonl`);
  const merged = await project.seam(["eval", "merge", ...files, "--json"]);
  expect(merged.code).toBe(0);
  const [result] = jsonLines(merged.stdout);
  expect(result).toMatchObject({
    counts: { ...(whole?.["counts"] as object), cached: 80 },
    metrics: whole?.["metrics"],
  });
  const history = jsonLines((await project.seam(["eval", "history", "tickets", "--json"])).stdout);
  expect(history).toMatchObject([{ trials: 80 }, { trials: 80 }]);
  const [merges = ""] = (await readdir(join(project.folder, ".seam/evals"))).filter((name) =>
    name.endsWith("-merged.jsonl"),
  );
  const again = await project.seam(["eval", "merge", join(".seam/evals", merges), "--json"]);
  expect(jsonLines(again.stdout)[0]).toEqual(result);
  const missing = await project.seam(["eval", "merge", "s1.jsonl", "s2.jsonl", "s4.jsonl"]);
  expect(missing).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("shard 3 of 4 is missing"),
  });
  await project.write("copy.jsonl", await readFile(join(project.folder, "s2.jsonl"), "utf8"));
  const twice = await project.seam(["eval", "merge", ...files, "copy.jsonl"]);
  expect(twice).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("shard 2 of 4 is there 2 times"),
  });
});

test("a shard without a case is one of the shards all the same", async () => {
  await project.suite("tickets", tickets(1));
  for (const index of [1, 2, 3]) {
    const args = ["--shard", `${index}/3`, "--jsonl", `s${index}.jsonl`];
    expect((await project.seam(["eval", ...args])).code).toBe(0);
  }
  const merged = await project.seam(["eval", "merge", "s1.jsonl", "s2.jsonl", "s3.jsonl"]);
  expect(merged).toMatchObject({ code: 0, stdout: expect.stringContaining("1 case ·") });
});

test("two processes at once leave two whole runs", async () => {
  await project.suite("tickets", tickets(30));
  const both = await Promise.all([project.seam(["eval"]), project.seam(["eval"])]);
  expect(both.map(({ code }) => code)).toEqual([0, 0]);
  const runs = await project.runs();
  expect(runs.map((rows) => trialsIn(rows).length)).toEqual([30, 30]);
  expect(new Set(runs.map(([start]) => (start as { run: string }).run)).size).toBe(2);
});

test("watching runs the suites again when a file changes, and asks only what is new", async () => {
  await project.suite("tickets", tickets(4));
  const child = startSeam(["eval", "--watch"], { cwd: project.folder });
  const end = ended(child);
  let told = "";
  child.stderr.on("data", (text) => {
    told += text;
  });
  const rounds = (count: number) =>
    vi.waitFor(() => expect(told.split("Waiting for a file").length - 1).toBe(count), {
      timeout: 30_000,
    });
  await rounds(1);
  await project.suite("tickets", tickets(6));
  await rounds(2);
  expect(requests()).toBe(6);
  child.kill("SIGINT");
  expect((await end).code).toBe(0);
  expect(await project.runs()).toHaveLength(2);
});

test("what evals leave open does not keep the process", async () => {
  await project.suite("tickets", `setInterval(() => {}, 1_000); ${tickets(2)}`);
  const result = await project.seam(["eval"]);
  expect(result).toMatchObject({ code: 0, stderr: expect.stringContaining("still open") });
});

test("reports are written: rows that merge reads, JUnit, Markdown, a page", async () => {
  await project.suite("tickets", tickets(4));
  const files = ["rows.jsonl", "junit.xml", "comment.md", "page.html"];
  const [jsonl = "", junit = "", markdown = "", html = ""] = files;
  const args = ["--jsonl", jsonl, "--junit", junit, "--markdown", markdown, "--html", html];
  expect((await project.seam(["eval", ...args])).code).toBe(0);
  expect(await readdir(project.folder)).toEqual(expect.arrayContaining(files));
  expect(trialsIn(await rowsIn(join(project.folder, jsonl)))).toHaveLength(4);
});

test("an SDK of OpenTelemetry that an eval file registers is told of each score", async () => {
  const load = (name: string): string => JSON.stringify(import.meta.resolve(name));
  await project.suite(
    "tickets",
    `import { appendFileSync } from "node:fs";
     import { logs } from ${load("@opentelemetry/api")};
     import { LoggerProvider } from ${load("@opentelemetry/sdk-logs")};
     const none = async () => {};
     const onEmit = ({ eventName, attributes }) =>
       appendFileSync("events.jsonl", JSON.stringify({ eventName, attributes }) + "\\n");
     const processors = [{ onEmit, forceFlush: none, shutdown: none }];
     logs.setGlobalLoggerProvider(new LoggerProvider({ processors }));
     ${tickets(2)}`,
  );
  expect((await project.seam(["eval"])).code).toBe(0);
  const events = jsonLines(await readFile(join(project.folder, "events.jsonl"), "utf8"));
  expect(events).toHaveLength(2);
  expect(events).toContainEqual({
    eventName: "gen_ai.evaluation.result",
    attributes: expect.objectContaining({
      "gen_ai.evaluation.name": "exact",
      "gen_ai.evaluation.score.label": "pass",
      "gen_ai.response.id": expect.any(String),
      "seam.eval.case": "case-1",
    }),
  });
});
