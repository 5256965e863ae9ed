import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createSeam, type PastTurn, type Seam } from "llm-seam";
import { simulatedModel } from "llm-seam/simulator";
import { afterEach, beforeEach, expect, test } from "vitest";

const child = fileURLToPath(new URL("../support/chat-child.ts", import.meta.url));

let folder: string;
let file: string;
const running = new Set<ChildProcess>();

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "seam-chat-"));
  file = join(folder, "seam.db");
});
afterEach(async () => {
  for (const process of running) process.kill("SIGKILL");
  running.clear();
  await rm(folder, { recursive: true, force: true });
});

interface Talking {
  readonly process: ChildProcess;
  /** The numbers of the turns that it was told are kept. */
  readonly told: number[];
  readonly ended: Promise<number | null>;
}

function talk(turns: number, name: string): Talking {
  const started = spawn(process.execPath, [child, file, "shared", String(turns), name], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  running.add(started);
  const told: number[] = [];
  started.stdout.setEncoding("utf8").on("data", (text: string) => {
    for (const line of text.split("\n")) if (/^\d+$/.test(line)) told.push(Number(line));
  });
  return {
    process: started,
    told,
    ended: new Promise((resolve) => {
      started.once("close", (code) => {
        running.delete(started);
        resolve(code);
      });
    }),
  };
}

function openSeam(): Seam<"chat"> {
  return createSeam({ tasks: { chat: { model: simulatedModel() } }, store: file });
}

/** Every turn is whole and in its place, and what one of them said stands there once. */
function check(history: readonly PastTurn[]): void {
  expect(history.map(({ turn }) => turn)).toEqual(history.map((_, index) => index));
  const said = history.map(({ messages }) => messages.map(({ content }) => textIn(content)));
  for (const texts of said) expect(texts).toEqual([texts[0], `Heard: ${texts[0]}`]);
  expect(new Set(said.map(([first]) => first)).size).toBe(said.length);
}

function textIn(content: unknown): unknown {
  return typeof content === "string" ? content : (content as { text: string }[])[0]?.text;
}

test("two processes on one conversation take turns: none is lost, none is split", async () => {
  const both = [talk(25, "ada"), talk(25, "bob")];
  for (const { ended } of both) expect(await ended).toBe(0);
  await using seam = openSeam();
  const history = await seam.conversation("shared", { task: "chat" }).history();
  expect(history).toHaveLength(50);
  check(history);
  const told = both.flatMap(({ told }) => told).sort((a, b) => a - b);
  expect(told).toEqual(history.map(({ turn }) => turn));
}, 60_000);

test("a process that is killed at any moment leaves whole turns only, and holds nobody up for long", async () => {
  let kept = 0;
  for (let round = 0; round < 12; round++) {
    const { process, told, ended } = talk(1_000, `round ${round}`);
    while (told.length === 0) await pause(5);
    await pause(round * 7);
    process.kill("SIGKILL");
    await ended;
    const database = new DatabaseSync(file);
    expect(database.prepare("pragma integrity_check").get()).toEqual({ integrity_check: "ok" });
    // As when the lease of the killed one is over, which takes 15 s.
    database.exec("update conversation_holds set until = 0");
    database.close();
    await using seam = openSeam();
    const history = await seam.conversation("shared", { task: "chat" }).history();
    check(history);
    for (const turn of told) expect(history[turn]).toBeDefined();
    expect(history.length - kept - told.length).toBeLessThanOrEqual(1);
    expect(history.length).toBeGreaterThan(kept);
    kept = history.length;
  }
}, 120_000);

test("the hold of a killed process is over by itself", async () => {
  const { process, told, ended } = talk(1_000, "killed");
  while (told.length === 0) await pause(5);
  const database = new DatabaseSync(file);
  let hold: Record<string, unknown> | undefined;
  while (hold === undefined) hold = database.prepare("select * from conversation_holds").get();
  process.kill("SIGKILL");
  await ended;
  database.close();
  expect(Number(hold["until"]) - Date.now()).toBeLessThanOrEqual(15_000);
  await using seam = openSeam();
  const { turn } = await seam.conversation("shared", { task: "chat" }).send("Still there?");
  expect(turn).toBeGreaterThanOrEqual(told.length);
}, 60_000);
