import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { lockText, parseLock, readLock, updateLock } from "./file.ts";
import { putCalibration } from "./judges.ts";
import { calibrationOf, promptOf, runOf } from "./lock.testkit.ts";
import { emptyLock, type Lock, withRun } from "./lock.ts";

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "seam-lock-"));
  path = join(folder, "seam.lock");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** The lock after runs of suites, each of the prompts of some tasks. */
function lockOf(suites: Readonly<Record<string, readonly string[]>>): Lock {
  const runs = Object.entries(suites).map(([suite, tasks]) => {
    const prompts = new Map(tasks.map((task) => [hashOf(task), promptOf({ task })]));
    return runOf({ suite, prompts });
  });
  return runs.reduce(withRun, emptyLock);
}

const hashOf = (task: string): string => Buffer.from(task).toString("hex").padEnd(64, "0");

describe("the text of a lock", () => {
  test("is for people: texts line by line, what changes often last", async () => {
    const lock = putCalibration(lockOf({ tickets: ["sort"] }), calibrationOf());
    expect(lockText(lock)).toMatchInlineSnapshot(`
      "# The prompts that evaluations have covered: "seam eval" writes it, "seam eval --check" compares it with the code.
      # Commit it. After a conflict, keep the entries of both sides, or take either side and run "seam eval" again.
      version: 1
      prompts:
        sort:
          736f727400000000:
            target: anthropic/claude-haiku-4-5
            system:
              - |-
                You sort tickets.
                Be brief.
            messages:
              - role: user
                text: "Sort this: {ticket}"
            tools: []
            output: null
            settings:
              temperature: 0
            evaluated:
              tickets:
                at: 2026-11-24
                cases: 20
                passed: true
                scores:
                  right: 0.9
      suites:
        tickets:
          data: d1
          cases: 20
          rendered: {}
      judges:
        judge:
          bbbbbbbbbbbbbbbb openai/gpt-5-mini:
            agreement: 0.8
            at: 2026-11-24
            bias: 0.05
            biasSd: 0.2
            kappa: 0.7
            kappaHigh: 0.8
            kappaLow: 0.6
            kind: scale
            metric: helpful
            model: gpt-5-mini-1
            n: 60
            rubric: bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
            target: openai/gpt-5-mini
            task: judge
      "
    `);
  });

  test("is read as it was written, whatever texts there are, and written as it was read", () => {
    const text = fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc
        .array(
          fc.constantFrom(
            "a",
            " ",
            "\n",
            "\t",
            "\r",
            ":",
            "#",
            "-",
            "<<<<<<< x",
            "\u0000",
            "\u2028",
            "\ufeff",
            "'",
            '"',
            "|",
            "&a",
            "*a",
            "~",
            "0x1",
          ),
        )
        .map((all) => all.join("")),
    );
    fc.assert(
      // The one name that JavaScript's objects cannot hold.
      fc.property(
        fc.array(text),
        text.filter((name) => name !== "__proto__"),
        fc.jsonValue(),
        (system, name, value) => {
          const prompt = promptOf({
            system,
            settings: { [name]: JSON.parse(JSON.stringify(value)) },
          });
          const lock = withRun(
            emptyLock,
            runOf({ suite: name, prompts: new Map([["a".repeat(64), prompt]]) }),
          );
          const written = lockText(lock);
          expect(parseLock(written, path)).toEqual(lock);
          expect(lockText(parseLock(written, path))).toBe(written);
        },
      ),
      { endOnFailure: true, numRuns: 50 },
    );
  });

  test("is the same in whatever order things came", () => {
    expect(lockText(lockOf({ b: ["y", "x"], a: ["z"] }))).toBe(
      lockText(lockOf({ a: ["z"], b: ["x", "y"] })),
    );
  });
});

describe("a file that is no lock is told so, with the line", () => {
  test.each([
    [
      "a conflict",
      "version: 1\n<<<<<<< HEAD\nprompts: {}\n=======\n",
      /line 2 is a mark of a merge/,
    ],
    ["no YAML", "version: 1\nprompts: [\n", /line \d: /],
    [
      "a prompt twice",
      "version: 1\nprompts:\n  sort:\n    a: {}\n    b: {}\n    a: {}\n",
      /line 6: "a" is there twice/,
    ],
    ["names twice", "version: 1\nversion: 1\n", /line 2: "version" is there twice/],
    ["another shape", "version: 1\nsuites:\n  a:\n    data: 7\n", /line 4: suites\.a\.data: /],
    ["a text", "hello", /line 1/],
    ["nothing", "", /line 1/],
    ["a newer version", "version: 2\n", /newer release of Seam \(version 2, this one reads 1\)/],
  ])("%s", async (_, text, message) => {
    await writeFile(path, text);
    await expect(readLock(path)).rejects.toThrow(message);
    await expect(updateLock(path, (lock) => lock)).rejects.toThrow(message);
    expect(await readFile(path, "utf8")).toBe(text);
    expect(await readdir(folder)).toEqual(["seam.lock"]);
  });
});

describe("a change of a lock", () => {
  test("begins with nothing, and writes nothing that is there", async () => {
    expect(await readLock(path)).toEqual(emptyLock);
    await updateLock(path, () => lockOf({ a: ["x"] }));
    const before = await readFile(path, "utf8");
    await updateLock(path, (lock) => lock);
    expect(await readFile(path, "utf8")).toBe(before);
    expect(await readdir(folder)).toEqual(["seam.lock"]);
  });

  test("many at once: none is lost, and readers see whole files", async () => {
    const names = Array.from({ length: 20 }, (_, index) => `suite-${index}`);
    const writing = Promise.all(
      names.map((suite) => updateLock(path, (lock) => withRun(lock, runOf({ suite })))),
    );
    for (let reads = 0; reads < 20; reads++) await readLock(path);
    await writing;
    expect(Object.keys((await readLock(path)).suites).toSorted()).toEqual(names.toSorted());
  });

  test("waits for another process, and ends with its signal", async () => {
    await writeFile(`${path}.new`, "");
    const stop = new AbortController();
    const waiting = updateLock(path, () => lockOf({ a: ["x"] }), stop.signal);
    stop.abort(new Error("stopped"));
    await expect(waiting).rejects.toThrow("stopped");
    const later = updateLock(path, () => lockOf({ a: ["x"] }));
    await rm(`${path}.new`);
    await later;
    expect(Object.keys((await readLock(path)).suites)).toEqual(["a"]);
  });

  test("that cannot be written says so", async () => {
    const missing = join(folder, "missing/seam.lock");
    await expect(updateLock(missing, () => lockOf({}))).rejects.toMatchObject({
      code: "StoreUnavailable",
    });
  });
});

const run = promisify(execFile);
async function git(...args: readonly string[]): Promise<void> {
  const who = ["-c", "user.name=t", "-c", "user.email=t@example.com"];
  await run("git", [...who, ...args], { cwd: folder });
}

test("Git merges what two branches add for different tasks and suites, as one would have", async () => {
  const base = { sort: ["sort"], write: ["write"] };
  const commit = async (suites: Record<string, string[]>, name: string): Promise<void> => {
    await writeFile(path, lockText(lockOf(suites)));
    await git("add", ".");
    await git("commit", "-qm", name);
  };
  await git("init", "-qb", "main");
  await commit(base, "base");
  await git("switch", "-qc", "one");
  await commit({ ...base, answers: ["answer"] }, "one");
  await git("switch", "-q", "main");
  await commit({ ...base, titles: ["title"] }, "two");
  await git("merge", "-q", "--no-edit", "one");
  const merged = await readFile(path, "utf8");
  expect(merged).toBe(lockText(lockOf({ ...base, answers: ["answer"], titles: ["title"] })));
});
