import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { stripVTControlCharacters } from "node:util";
import { CommanderError } from "commander";
import { createSeam } from "llm-seam";
import type { CallEvent } from "llm-seam/events";
import { simulatedModel } from "llm-seam/simulator";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { buildProgram } from "../../src/cli/program.ts";
import { eventOf } from "../support/event.ts";
import { writeEvents } from "../support/event-store.ts";
import { startHarness } from "../support/harness.ts";
import { type FilledStore, fillStore } from "./filled-store.testkit.ts";
import { ended, jsonLines, main, runSeam, startSeam, written } from "./run-seam.testkit.ts";

let filled: FilledStore;
let store: string[];

beforeAll(async () => {
  filled = await fillStore();
  store = ["--store", filled.store];
});
afterAll(() => filled.remove());

/** Everything a terminal could obey, but for the line's end. */
function steers(text: string): boolean {
  return /[\p{Cc}\p{Cf}]/u.test(text.replaceAll("\n", ""));
}

describe("seam calls", () => {
  test("piped: aligned text without colour or lines, one call a line; where it is read goes to stderr", async () => {
    const { code, stdout, stderr } = await runSeam(["calls", ...store]);
    const [head, ...rows] = stdout.trimEnd().split("\n");
    expect(code).toBe(0);
    expect(head).toMatch(/^TIME +ID +TASK +MODEL +RESULT +ASKED +IN +OUT +COST +LATENCY$/);
    expect(rows).toHaveLength(8);
    expect(rows[0]).toContain(filled.ids.retried);
    expect(rows[1]).toMatch(/cache +0 +0 +0 +\$0 /);
    expect(rows[3]).toContain("InvalidRequest");
    expect(rows[7]).toMatch(/ 1\? /);
    expect(steers(stdout)).toBe(false);
    expect(stdout).not.toContain("│");
    expect(stderr).toContain("seam.db (--store)");
  });

  test("filters narrow the list, also to nothing", async () => {
    const filters = [
      "--task",
      "reply",
      "--tag",
      "user=ada",
      "--tag",
      "urgent=true",
      "--since",
      "1h",
    ];
    const some = await runSeam([
      "calls",
      ...store,
      ...filters,
      "--error",
      "none",
      "--text",
      "refund",
    ]);
    expect(some.stdout.trimEnd().split("\n")).toHaveLength(3);
    const none = await runSeam(["calls", ...store, "--model", "mistral"]);
    expect(none).toMatchObject({ code: 0, stdout: "" });
    expect(none.stderr).toContain("No call matches.");
  });

  test("--json is one whole event a line and nothing else", async () => {
    const { stdout, stderr } = await runSeam(["calls", ...store, "--json", "--children"]);
    const calls = jsonLines(stdout);
    expect(calls).toHaveLength(10);
    expect(calls.find(({ id }) => id === filled.ids.retried)).toMatchObject({
      task: "reply",
      tags: { user: "ada" },
      response: [{ text: "Your refund is on its way." }],
      attempts: [{ outcome: "RateLimited" }, { outcome: "ok" }],
    });
    expect(stderr).toBe("");
  });

  test("a limit takes the newest, says so, and the newest stand last", async () => {
    const { stdout, stderr } = await runSeam(["calls", ...store, "--limit", "2"]);
    const rows = stdout.trimEnd().split("\n").slice(1);
    expect(rows.map((row) => /hostile|summarize|local/.exec(row)?.[0])).toEqual([
      "summarize",
      "local",
    ]);
    expect(stderr).toContain("The limit of 2 is reached");
  });

  test("FORCE_COLOR colours, NO_COLOR does not", async () => {
    const coloured = await runSeam(["calls", ...store], { env: { FORCE_COLOR: "1" } });
    expect(coloured.stdout).toContain("\u001b[31mInvalidRequest");
    expect(stripVTControlCharacters(coloured.stdout)).toMatch(/^TIME +ID/);
    const plain = await runSeam(["calls", ...store], { env: { NO_COLOR: "1" } });
    expect(steers(plain.stdout)).toBe(false);
  });

  describe.runIf(process.platform === "linux" && existsSync("/usr/bin/script"))(
    "on a terminal",
    () => {
      const onTerminal = async (width: number): Promise<string> => {
        const seam = `${process.execPath} ${main} calls --store ${filled.store} --task reply`;
        const command = `stty cols ${width}; ${seam}`;
        const env = { PATH: process.env["PATH"] ?? "", TERM: "xterm-256color" };
        const child = spawn("/usr/bin/script", ["-qec", command, "/dev/null"], { env });
        return (await ended(child)).stdout;
      };

      test("there is colour, and a table with lines, the head parted from the rows", async () => {
        const text = await onTerminal(200);
        expect(text).toContain("\u001b[31mInvalidRequest");
        expect(stripVTControlCharacters(text)).toMatch(/│ TIME .* ASKED .*│\r?\n├─.*┤\r?\n│ /);
      });

      test("a narrow one gets fewer columns instead of broken lines", async () => {
        const text = stripVTControlCharacters(await onTerminal(100));
        expect(text).toMatch(/│ ID .*│ RESULT .*│ +COST │/);
        expect(text).not.toContain("ASKED");
        const lines = text.split(/\r?\n/);
        expect(
          Math.max(...lines.filter((line) => /[│┌]/.test(line)).map(({ length }) => length)),
        ).toBeLessThanOrEqual(100);
      });
    },
  );

  test("a reader that leaves early ends it without a complaint", async () => {
    const child = startSeam(["calls", ...store, "--json"]);
    child.stdout.destroy();
    const { code, stderr } = await ended(child);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  });

  test("--follow shows the last calls, then new ones as an app makes them, and ends on Ctrl-C", async () => {
    const file = join(filled.folder, "app.db");
    await using seam = createSeam({ store: file, tasks: { greet: { model: simulatedModel() } } });
    await seam.complete("greet", { prompt: "before" });
    await seam.flush();
    const child = startSeam(["calls", "--store", file, "--follow", "--json"]);
    const end = ended(child);
    await written(child, /before/);
    await seam.complete("greet", { prompt: "while it runs" });
    await written(child, /while it runs.*\n/);
    child.kill("SIGINT");
    const { code, stdout, stderr } = await end;
    expect({ code, stderr, calls: jsonLines(stdout).length }).toEqual({
      code: 0,
      stderr: "",
      calls: 2,
    });
  });
});

describe("seam calls show", () => {
  test("an id's beginning shows prompt, response, and the attempts with their outcomes and waits", async () => {
    const { code, stdout } = await runSeam([
      "calls",
      "show",
      filled.ids.retried.slice(0, 18),
      ...store,
    ]);
    expect(code).toBe(0);
    expect(stdout).toContain(`Call ${filled.ids.retried}`);
    expect(stdout).toContain('[user]\n  Where is my "refund"?\n  I wait.');
    expect(stdout).toContain("Your refund is on its way.");
    expect(stdout).toMatch(
      / 1 {2}anthropic\/claude-haiku-4-5 {2}│.*█.*│ {2}RateLimited \(429\), .*then waited/,
    );
    expect(stdout).toMatch(/ 2 {2}anthropic\/claude-haiku-4-5 {2}│.*█.*│ {2}ok, /);
    expect(stdout).toContain("user=ada  session=s1");
  });

  test("a reroute says why; children are listed", async () => {
    const rerouted = await runSeam(["calls", "show", filled.ids.rerouted, ...store]);
    expect(rerouted.stdout).toMatch(
      /Reroutes\n {2}openai\/gpt-5-mini → anthropic\/claude-haiku-4-5: .*401/,
    );
    const extracted = await runSeam(["calls", "show", filled.ids.extracted, ...store]);
    expect(extracted.stdout).toMatch(/Calls made for it\nTIME.*\n.*InvalidOutput.*\n.*stop/);
    expect(extracted.stdout).toContain("[response format]");
  });

  test("a resumed stream shows where its seams are", async () => {
    await using harness = await startHarness(
      { tasks: { ask: { model: "openai/gpt-5-mini", afterCommit: "resume" } } },
      { faults: [{ type: "drop", afterTokens: 3 }] },
    );
    const { callId } = await harness.seam.stream("ask", { prompt: "Where is it?" }).result;
    await harness.seam.flush();
    const { stdout } = await runSeam(["calls", "show", callId, "--store", harness.file]);
    expect(stdout).toMatch(
      /Resumed\n {2}after 12 characters, openai\/gpt-5-mini, by request, 12 repeated ones taken out: .*broke off/,
    );
  });

  test("--json holds the event and its children", async () => {
    const { stdout } = await runSeam(["calls", "show", filled.ids.extracted, ...store, "--json"]);
    const [call] = jsonLines(stdout);
    expect(call).toMatchObject({ id: filled.ids.extracted, children: 2 });
    expect(call?.["calls"]).toHaveLength(2);
  });

  test("what a model says cannot steer the terminal, in text or in JSON", async () => {
    const text = await runSeam(["calls", "show", filled.ids.hostile, ...store]);
    expect(text.stdout).toContain("safe\\x1b[2J\\x1b]0;owned\\x07\\x9b31m\\x0d\\u202egone");
    expect(steers(text.stdout)).toBe(false);
    const json = await runSeam(["calls", "show", filled.ids.hostile, ...store, "--json"]);
    expect(steers(json.stdout)).toBe(false);
    expect(jsonLines(json.stdout)[0]?.["response"]).toEqual([
      { type: "text", text: "safe\u001b[2J\u001b]0;owned\u0007\u009b31m\r\u202egone" },
    ]);
  });

  test.each([
    ["0", /Several ids begin with "0": /],
    ["zz", /No call in .*seam\.db has the id "zz"/],
  ])("the id %s is refused with what to do, exit code 1", async (id, complaint) => {
    const { code, stdout, stderr } = await runSeam(["calls", "show", id, ...store]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(complaint);
    expect(stderr).not.toMatch(/\n {4}at /);
  });
});

describe("seam stats", () => {
  test("by task: one row each, costs that are not known are not 0, and a sum", async () => {
    const { code, stdout, stderr } = await runSeam(["stats", ...store]);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^TASK +CALLS +ERRORS +CACHED +NO MODEL +RETRIES +IN +OUT +COST +P50 +P95 +P99 +TTFT P50 +TTFT P95$/m,
    );
    expect(stdout).toMatch(/^reply +4 +1 +1 +25 % +1 +14 +14 +\$0\.0000\d+ /m);
    expect(stdout).toMatch(/^local +1 +0 +0 +0 % +0 +\d+ +\d+ +1\? /m);
    expect(stderr).toMatch(
      /8 calls of features: 1 failed, 0 answered by a rule, 1 from the cache.*\+ 1\?; .* saved \$0\.0000/,
    );
  });

  test("--by task,model --json is one object a group", async () => {
    const { stdout } = await runSeam(["stats", ...store, "--by", "task,model", "--json"]);
    const groups = jsonLines(stdout);
    expect(groups).toHaveLength(5);
    expect(groups[0]).toMatchObject({
      task: "reply",
      model: "anthropic/claude-haiku-4-5",
      calls: 4,
      latencyMs: { p50: expect.any(Number), p95: expect.any(Number), p99: expect.any(Number) },
      firstTokenMs: { p50: expect.any(Number) },
    });
  });
});

test("seam stats says how many events had to be dropped", async () => {
  const file = join(filled.folder, "dropped.db");
  await writeEvents(file, [eventOf({ id: "kept", time: Date.now() })]);
  const database = new DatabaseSync(file);
  database.exec("insert into meta (name, value) values ('dropped_events', 3)");
  database.close();
  const { stderr } = await runSeam(["stats", "--store", file]);
  expect(stderr).toContain("3 events had to be dropped");
});

test("seam stats --by arm: what a call of each arm is like, errors as a rate", async () => {
  const file = join(filled.folder, "arms.db");
  const time = Date.now();
  const arm = (name: string, count: number, changes: Partial<CallEvent>) =>
    Array.from({ length: count }, (_, index) =>
      eventOf({ id: `${name}-${index}`, time, arm: name, ...(index === 0 && changes) }),
    );
  const score = (callId: string, value: number) => ({ callId, name: "helpful", value, time });
  await writeEvents(
    file,
    [
      ...arm("control", 8, {}),
      ...arm("canary", 4, { errorCode: "Refused", latencyMs: 900, costUsd: 0.009 }),
    ],
    [score("canary-1", 1), score("canary-2", 0)],
  );
  const { stdout } = await runSeam(["stats", "--store", file, "--by", "task,arm"]);
  expect(stdout).toMatch(
    /^TASK +ARM +CALLS +ERRORS +ERROR RATE +IN\/CALL +OUT\/CALL +COST +COST\/CALL +P50 +P95 /m,
  );
  expect(stdout).toMatch(/^ask +control +8 +0 +0 % +1 +1 +\$0\.008 +\$0\.001 +100 ms +100 ms /m);
  expect(stdout).toMatch(/ HELPFUL$/m);
  expect(stdout).toMatch(/^ask +control .* –$/m);
  expect(stdout).toMatch(/^ask +canary .* 0\.5 \(2\)$/m);
  expect(stdout).toMatch(/^ask +canary +4 +1 +25 % +1 +1 +\$0\.012 +\$0\.003 +100 ms +900 ms /m);
  const json = await runSeam(["stats", "--store", file, "--by", "arm", "--json"]);
  expect(jsonLines(json.stdout)).toMatchObject([
    { arm: "control", task: null, calls: 8, scores: {} },
    {
      arm: "canary",
      task: null,
      calls: 4,
      errors: 1,
      scores: { helpful: { mean: 0.5, count: 2 } },
    },
  ]);
});

describe("used wrongly, it says what is wrong", () => {
  test.each<[args: string[], complaint: RegExp]>([
    [["cals"], /unknown command 'cals'/],
    [["calls", "--sinse", "2h"], /unknown option '--sinse'/],
    [["calls", "--since", "yesterday"], /--since.*Give how long ago/],
    [["calls", "--tag", "ada"], /--tag.*key=value/],
    [["calls", "--limit", "-1"], /--limit.*whole number/],
    [["calls", "--source", "sky"], /Allowed choices are model, cache, coalesced/],
    [["calls", "show"], /missing required argument 'id'/],
    [["stats", "--by", "user"], /--by.*`task`, `model`, `arm`/],
    [["export", "--csv", "--jsonl"], /--jsonl.*cannot be used with.*--csv/],
    [["simulate", "--fault", "earthquake"], /Unknown fault "earthquake"/],
    [["simulate", "--fault-rate", "drop=7"], /between 0 and 1/],
    [["simulate", "--fault-rate", "drop=0.7", "--fault-rate", "stall=0.7"], /add up to 1\.4/],
  ])("%j", async (args, complaint) => {
    const said = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    const parsing = buildProgram().parseAsync(args, { from: "user" });
    await expect(parsing).rejects.toBeInstanceOf(CommanderError);
    expect(said.mock.calls.join("")).toMatch(complaint);
  });

  test("on stderr, with the way to help, and ends with 2", async () => {
    const { code, stdout, stderr } = await runSeam(["calls", "--sinse", "2h"]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/unknown option '--sinse'.*\(Did you mean --since\?\).*--help/s);
  });
});

test("--help and --version end with 0", async () => {
  expect(await runSeam(["stats", "--help"])).toMatchObject({ code: 0, stderr: "" });
  expect((await runSeam(["--version"])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});
