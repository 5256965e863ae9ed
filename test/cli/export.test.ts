import { spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync } from "node:fs";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openEvents } from "llm-seam/events";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { csvLine } from "../../src/cli/output/csv.ts";
import { eventOf } from "../support/event.ts";
import { writeEvents } from "../support/event-store.ts";
import { type FilledStore, fillStore } from "./filled-store.testkit.ts";
import { ended, jsonLines, main, runSeam, startSeam } from "./run-seam.testkit.ts";

let filled: FilledStore;

beforeAll(async () => {
  filled = await fillStore();
});
afterAll(() => filled.remove());

const run = (...args: string[]) => runSeam(["export", "--store", filled.store, ...args]);

describe("JSON lines", () => {
  test("are whole events, the oldest first", async () => {
    const { code, stdout } = await run();
    expect(code).toBe(0);
    const calls = jsonLines(stdout);
    using events = openEvents(filled.store);
    const listed = await events.list({ order: "oldest", limit: 100 });
    expect(calls).toEqual(JSON.parse(JSON.stringify(listed)));
  });

  test("take the filters of seam calls, and children where they are wanted", async () => {
    expect(jsonLines((await run("--task", "summarize", "--error", "none")).stdout)).toHaveLength(2);
    expect(jsonLines((await run("--tag", "user=ada", "--source", "cache")).stdout)).toHaveLength(1);
    expect(jsonLines((await run("--children")).stdout)).toHaveLength(10);
    expect((await run("--task", "none")).stdout).toBe("");
  });

  test("--fields takes what is asked for, also from within", async () => {
    const { stdout } = await run("--task", "reply", "--fields", "task,tags.user,usage.inputTokens");
    expect(jsonLines(stdout)[0]).toEqual({
      task: "reply",
      "tags.user": "ada",
      "usage.inputTokens": expect.any(Number),
    });
    const wrong = await run("--fields", "task,prize");
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringMatching(/"prize".*Known: id, /) });
  });
});

describe("CSV", () => {
  test("has a line of names and a line for each call; what is nested is JSON", async () => {
    const fields = "id,task,costUsd,errorCode,attempts";
    const { stdout } = await run("--csv", "--task", "summarize", "--fields", fields);
    const [head, first, second, end] = stdout.split("\r\n");
    expect(head).toBe(fields);
    expect(first).toMatch(
      new RegExp(`^${filled.ids.rerouted},summarize,0\\.\\d+,,"\\[\\{""number`),
    );
    expect(second).toContain(filled.ids.hostile);
    expect(end).toBe("");
  });

  test("can be read back by another program, whatever is in it", async () => {
    const python = spawnSync("python3", ["--version"]);
    if (python.status !== 0) return;
    const { stdout } = await run("--csv", "--fields", "id,prompt,response");
    const script =
      "import csv, json, sys, io; csv.field_size_limit(10**9); rows = list(csv.DictReader(io.StringIO(sys.stdin.read(), newline='')));" +
      "print(json.dumps([[r['id'], json.loads(r['prompt'])] for r in rows]))";
    const read = spawnSync("python3", ["-c", script], { input: stdout, encoding: "utf8" });
    using events = openEvents(filled.store);
    const listed = await events.list({ order: "oldest" });
    expect(JSON.parse(read.stdout)).toEqual(
      JSON.parse(JSON.stringify(listed.map(({ id, prompt }) => [id, prompt]))),
    );
  });

  test("no text becomes a formula; numbers stay numbers", () => {
    const texts = ["=1+2", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "＝1", "a=1"];
    expect(csvLine(texts)).toBe(`'=1+2,'+1,'-1,'@SUM(A1),'\tx,"'\rx",'＝1,a=1\r\n`);
    expect(csvLine([-1.5, null, true, 'say "a,b"', "two\nlines", { a: [1] }])).toBe(
      '-1.5,,true,"say ""a,b""","two\nlines","{""a"":[1]}"\r\n',
    );
  });
});

describe("where it goes", () => {
  test("--out writes a new file that only its owner may read, and says how much", async () => {
    const out = join(filled.folder, "calls.jsonl");
    const { code, stdout, stderr } = await run("--out", out);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    expect(stderr).toContain("8 calls written to");
    expect(jsonLines(await readFile(out, "utf8"))).toHaveLength(8);
    if (process.platform !== "win32") expect((await stat(out)).mode & 0o777).toBe(0o600);
  });

  test("a file that is there is left alone, a folder that is not is named", async () => {
    const out = join(filled.folder, "kept.csv");
    await writeFile(out, "mine");
    const refused = await run("--csv", "--out", out);
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/already a file.*Choose/s),
    });
    expect(await readFile(out, "utf8")).toBe("mine");
    const lost = await run("--out", join(filled.folder, "no", "calls.jsonl"));
    expect(lost).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/could not be written.*ENOENT/s),
    });
  });

  test("a reader that leaves early ends it without a complaint", async () => {
    const child = startSeam(["export", "--store", filled.store]);
    child.stdout.destroy();
    const { code, stderr } = await ended(child);
    expect(code).toBe(0);
    expect(stderr).not.toContain("EPIPE");
  });

  test.skipIf(!existsSync("/dev/full"))("a full disk is said in a sentence", () => {
    const full = openSync("/dev/full", "w");
    const { status, stderr } = spawnSync(
      process.execPath,
      [main, "export", "--store", filled.store],
      { stdio: ["ignore", full, "pipe"], encoding: "utf8" },
    );
    closeSync(full);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^seam: .*no space left/m);
    expect(stderr).not.toMatch(/^ {4}at /m);
  });
});

test("each goes through any number of events without holding them, in order, also those of one moment", async () => {
  const store = join(filled.folder, "many.db");
  const events = Array.from({ length: 1_234 }, (_, index) =>
    eventOf({ id: `e${String(index).padStart(5, "0")}`, time: Math.floor(index / 500) }),
  );
  await writeEvents(store, events.toReversed());
  using reader = openEvents(store);
  const ids: string[] = [];
  for await (const { id } of reader.each()) ids.push(id);
  expect(ids).toEqual(events.map(({ id }) => id));
  const some: string[] = [];
  for await (const { id } of reader.each({ until: new Date(1) })) some.push(id);
  expect(some).toHaveLength(500);
});
