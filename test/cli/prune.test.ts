import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { createSeam } from "llm-seam";
import { openEvents } from "llm-seam/events";
import { simulatedModel } from "llm-seam/simulator";
import { afterEach, beforeEach, expect, test } from "vitest";
import { eventOf } from "../support/event.ts";
import { writeEvents } from "../support/event-store.ts";
import { makeProject } from "./project.testkit.ts";
import { ended, jsonLines, runSeam, startSeam } from "./run-seam.testkit.ts";

const day = 86_400_000;
let folder: string;
let store: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "seam-prune-"));
  store = join(folder, "seam.db");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** So many calls, one a day, the newest today; each with a child. */
async function fill(days: number, text = ""): Promise<void> {
  const response = [{ type: "text" as const, text }];
  const events = Array.from({ length: days }, (_, index) => {
    const time = Date.now() - index * day;
    const id = `call-${index}`;
    return [
      eventOf({ id: `${id}-ask`, parentId: id, traceId: id, time }),
      eventOf({ id, time, children: 1, response }),
    ];
  });
  await writeEvents(store, events.flat());
}

const prune = (...args: string[]) => runSeam(["prune", "--store", store, ...args]);

async function left(): Promise<number> {
  using events = openEvents(store);
  return (await events.list({ scope: "all", limit: 1_000_000 })).length;
}

test("--older-than removes old calls with their children; statistics follow", async () => {
  await fill(10);
  const { code, stdout, stderr } = await prune("--older-than", "7d");
  expect(code).toBe(0);
  expect(stdout).toMatch(/^6 calls from before \d{4}-.* and 0 expired answers removed\.$/m);
  expect(stderr).toContain("--vacuum");
  expect(await left()).toBe(14);
  using events = openEvents(store);
  expect((await events.stats({ by: [] }))[0]?.calls).toBe(7);
});

test("--dry-run counts and removes nothing", async () => {
  await fill(10);
  const { stdout } = await prune("--older-than", "7d", "--dry-run");
  expect(stdout).toMatch(/^6 calls from before .* would be removed; the store takes [\d.]+ kB\.$/m);
  expect(await left()).toBe(20);
});

test("--vacuum makes the file smaller, --json says by how much", async () => {
  await fill(200, "a long answer ".repeat(500));
  const { code, stdout, stderr } = await prune("--older-than", "7d", "--vacuum", "--json");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const [result] = jsonLines(stdout);
  expect(result).toMatchObject({ calls: 386, answers: 0, dryRun: false, isHeld: false });
  const size = (await stat(store)).size;
  expect(result?.["bytesAfter"]).toBe(size);
  expect(size).toBeLessThan(Number(result?.["bytesBefore"]) / 4);
});

test("while another program reads, --vacuum says that the file gets smaller later", async () => {
  await fill(20, "a long answer ".repeat(500));
  const reader = new DatabaseSync(store, { readOnly: true });
  reader.exec("begin; select count(*) from events");
  const { code, stderr } = await prune("--older-than", "7d", "--vacuum");
  expect(code).toBe(0);
  expect(stderr).toContain("Another program is reading it");
  expect(reader.prepare("select count(*) as n from events").get()).toEqual({ n: 40 });
  reader.close();
});

test("a program that keeps the file to itself: it says so, and loses nothing", async () => {
  await fill(3);
  const writer = new DatabaseSync(store);
  writer.exec("begin immediate");
  const { code, stderr } = await prune("--older-than", "1d");
  writer.close();
  expect(code).toBe(1);
  expect(stderr).toMatch(/could not be pruned.*locked.*run it again/s);
  expect(await left()).toBe(6);
});

test("two at once, while an app goes on writing: all that is old goes, and nothing else", async () => {
  await fill(1_000);
  await using seam = createSeam({ store, tasks: { greet: { model: simulatedModel() } } });
  const runs = [1, 2].map(() =>
    ended(startSeam(["prune", "--store", store, "--older-than", "30d", "--json"])),
  );
  const both = Promise.all(runs);
  let asked = 0;
  const going = { on: true };
  const calls = (async () => {
    while (going.on) {
      await seam.complete("greet", { prompt: String(asked++) });
      await new Promise((resume) => setTimeout(resume, 5));
    }
  })();
  const ends = await both;
  going.on = false;
  await calls;
  await seam.flush();
  expect(ends.map(({ code }) => code)).toEqual([0, 0]);
  const removed = ends.flatMap(({ stdout }) => jsonLines(stdout));
  expect(removed.reduce((sum, { calls: count }) => sum + Number(count), 0)).toBe(970 * 2);
  expect(await left()).toBe(30 * 2 + asked);
  expect(seam.troubles()).toEqual({});
});

test("the config's retention counts without --older-than; without both it is refused", async () => {
  const project = await makeProject();
  try {
    store = join(project.folder, "seam.db");
    await fill(10);
    const config = (retention: string) =>
      `export default { store: "seam.db", ${retention} tasks: { a: { model: "ollama/a" } }, providers: { ollama: { baseURL: "http://127.0.0.1:9/v1" } } };`;
    await project.write("seam.config.ts", config(""));
    const refused = await runSeam(["prune"], { cwd: project.folder });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/Nothing says how long.*--older-than.*`retention`/s);
    await project.write("seam.config.ts", config('retention: "7d",'));
    expect(await runSeam(["prune"], { cwd: project.folder })).toMatchObject({ code: 0 });
    expect(await left()).toBe(14);
  } finally {
    await project.remove();
  }
});

test.each([["5m"], ["30"], ["soon"], ["-2d"]])("--older-than %s is refused", async (age) => {
  const { code, stderr } = await prune(`--older-than=${age}`);
  expect(code).toBe(2);
  expect(stderr).toContain("at least 1h");
});

test("a file that is not there is not made", async () => {
  const { code, stderr } = await prune("--older-than", "1d");
  expect({ code, stderr }).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("There is no event store"),
  });
  await expect(stat(store)).rejects.toThrow("ENOENT");
});
