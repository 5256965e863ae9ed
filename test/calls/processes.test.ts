import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readEvents } from "../support/harness.ts";

const child = fileURLToPath(new URL("../support/child.ts", import.meta.url));

type Ending = "kill" | "signal" | "handler" | "exit" | "throw" | "natural" | "close";

let folder: string;
let file: string;
const running = new Set<ChildProcess>();

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "seam-process-"));
  file = join(folder, "seam.db");
});
afterEach(async () => {
  for (const process of running) process.kill("SIGKILL");
  running.clear();
  await rm(folder, { recursive: true, force: true });
});

interface Run {
  readonly process: ChildProcess;
  readonly lines: string[];
  /** Resolves when the process has printed this. */
  printed(line: string): Promise<void>;
  readonly exit: Promise<{ readonly code: number | null; readonly signal: string | null }>;
}

function run(ending: Ending, calls: number): Run {
  const started = spawn(process.execPath, [child, file, ending, String(calls)], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.add(started);
  const lines: string[] = [];
  const waiting = new Map<string, () => void>();
  let rest = "";
  let complaint = "";
  started.stderr.on("data", (chunk: Buffer) => {
    complaint += chunk.toString();
  });
  started.stdout.on("data", (chunk: Buffer) => {
    const parts = (rest + chunk.toString()).split("\n");
    rest = parts.pop() ?? "";
    for (const line of parts) {
      lines.push(line);
      waiting.get(line)?.();
    }
  });
  return {
    process: started,
    lines,
    printed: (line) =>
      new Promise((resolve, reject) => {
        if (lines.includes(line)) resolve();
        else waiting.set(line, resolve);
        started.once("exit", () => reject(new Error(`the process ended early: ${complaint}`)));
      }),
    exit: new Promise((resolve) => {
      started.once("exit", (code, signal) => {
        running.delete(started);
        resolve({ code, signal });
      });
    }),
  };
}

function soundness(): unknown {
  const database = new DatabaseSync(file);
  try {
    return database.prepare("pragma integrity_check").get();
  } finally {
    database.close();
  }
}

describe("every event is in the file when the process ends", () => {
  test.concurrent.each<[Ending, { code: number | null }]>([
    ["natural", { code: 0 }],
    ["exit", { code: 3 }],
    ["throw", { code: 1 }],
  ])("%s", async (ending, expected) => {
    const own = await mkdtemp(join(tmpdir(), "seam-process-"));
    try {
      const target = join(own, "seam.db");
      const started = spawn(process.execPath, [child, target, ending, "20"], { stdio: "ignore" });
      const code = await new Promise((resolve) => started.once("exit", resolve));
      expect({ code }).toEqual(expected);
      expect(readEvents(target)).toHaveLength(20);
    } finally {
      await rm(own, { recursive: true, force: true });
    }
  });

  test.each(["SIGTERM", "SIGINT"] as const)(
    "%s, which ends it as it always does",
    async (signal) => {
      const { process, printed, exit } = run("signal", 20);
      await printed("ready");
      process.kill(signal);
      expect(await exit).toEqual({ code: null, signal });
      expect(readEvents(file)).toHaveLength(20);
    },
  );

  test("SIGTERM of an application with a handler of its own, which stays in charge", async () => {
    const { process, printed, exit, lines } = run("handler", 20);
    await printed("ready");
    process.kill("SIGTERM");
    expect(await exit).toEqual({ code: 7, signal: null });
    expect(lines).toContain("own handler");
    expect(readEvents(file)).toHaveLength(21);
  });
});

test("a killed process loses at most the last batch, and the file stays sound", async () => {
  const { process, printed, exit, lines } = run("kill", 100_000);
  await printed("1500");
  process.kill("SIGKILL");
  expect((await exit).signal).toBe("SIGKILL");
  const made = lines.length;
  expect(soundness()).toEqual({ integrity_check: "ok" });
  const kept = readEvents(file).length;
  expect(made - kept).toBeLessThanOrEqual(750);
  const next = run("natural", 5);
  expect((await next.exit).code).toBe(0);
  expect(readEvents(file)).toHaveLength(kept + 5);
});

test("several processes write the same file from its birth on, and lose nothing", async () => {
  const endings: Ending[] = ["natural", "close", "natural", "close", "natural", "natural"];
  const runs = endings.map((ending) => run(ending, 100));
  for (const { exit } of runs) expect((await exit).code).toBe(0);
  expect(readEvents(file)).toHaveLength(600);
  expect(soundness()).toEqual({ integrity_check: "ok" });
});
