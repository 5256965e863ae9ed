import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Line } from "./lines.ts";
import { rewriteLines } from "./rewrite-lines.ts";

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "seam-lines-"));
  path = join(folder, "file.jsonl");
});
afterEach(() => rmSync(folder, { recursive: true }));

const append = (text: string) =>
  rewriteLines(path, async function* (lines) {
    for await (const line of lines) yield line.text;
    yield text;
  });
const content = () => readFileSync(path, "utf8");

test("a file is made where there is none, for its owner alone; an existing one keeps its mode", async () => {
  await append("a");
  expect(content()).toBe("a\n");
  expect(statSync(path).mode & 0o777).toBe(0o600);
  writeFileSync(join(folder, "open"), "x", { mode: 0o644 });
  path = join(folder, "open");
  await append("y");
  expect(content()).toBe("x\ny\n");
  expect(statSync(path).mode & 0o777).toBe(0o644);
});

test("writers take turns: nothing is lost, and nothing is left beside the file", async () => {
  const texts = Array.from({ length: 20 }, (_, index) => `line ${index}`);
  await Promise.all(texts.map(append));
  expect(content().trimEnd().split("\n").toSorted()).toEqual(texts.toSorted());
  expect(readdirSync(folder)).toEqual(["file.jsonl"]);
});

test("a change that fails leaves the file as it was, and the next one its turn", async () => {
  writeFileSync(path, "a\n");
  const failing = async function* (lines: AsyncIterable<Line>): AsyncGenerator<string, void, void> {
    for await (const line of lines) yield line.text;
    throw new Error("no");
  };
  await expect(rewriteLines(path, failing)).rejects.toThrow("no");
  await append("b");
  expect(content()).toBe("a\nb\n");
  expect(readdirSync(folder)).toEqual(["file.jsonl"]);
});

test("lines that are given back stay byte for byte", async () => {
  const bytes = Buffer.from([0xef, 0xbb, 0xbf, 0x61, 0x0d, 0x0a, 0xff, 0x0a, 0x62]);
  writeFileSync(path, bytes);
  await rewriteLines(path, async function* (lines) {
    yield* lines;
    yield "c";
  });
  expect(readFileSync(path)).toEqual(Buffer.concat([bytes, Buffer.from("\nc\n")]));
});

test("a link stays a link", async () => {
  const link = join(folder, "link");
  symlinkSync(path, link);
  writeFileSync(path, "a\n");
  [path] = [link];
  await append("b");
  expect(readFileSync(join(folder, "file.jsonl"), "utf8")).toBe("a\nb\n");
});

test("the lock of a process that was killed is taken away, as is an old one of another machine", async () => {
  const { pid } = spawnSync(process.execPath, ["-e", ""]);
  writeFileSync(`${path}.lock`, JSON.stringify({ pid, host: hostname() }));
  await append("a");
  writeFileSync(`${path}.lock`, JSON.stringify({ pid, host: "elsewhere" }));
  utimesSync(`${path}.lock`, 1, 1);
  await append("b");
  // Killed before it could write who it is.
  writeFileSync(`${path}.lock`, "");
  await append("c");
  expect(content()).toBe("a\nb\nc\n");
  expect(existsSync(`${path}.lock`)).toBe(false);
});

test("what a killed process had written beside the file goes with its lock", async () => {
  const { pid } = spawnSync(process.execPath, ["-e", ""]);
  writeFileSync(`${path}.lock`, JSON.stringify({ pid, host: hostname() }));
  writeFileSync(`${path}.01m87prrnd000f8s0hy4`, "half");
  writeFileSync(`${path}.old`, "somebody's");
  await append("a");
  expect(readdirSync(folder).toSorted()).toEqual(["file.jsonl", "file.jsonl.old"]);
});

test("a lock that is held is waited for", async () => {
  writeFileSync(`${path}.lock`, JSON.stringify({ pid: process.pid, host: hostname() }));
  const added = append("a");
  await new Promise((resume) => setTimeout(resume, 100));
  expect(existsSync(path)).toBe(false);
  rmSync(`${path}.lock`);
  await added;
  expect(content()).toBe("a\n");
});
