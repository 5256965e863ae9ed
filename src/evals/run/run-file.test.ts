import { appendFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runOf, streamOf } from "../result/rows.testkit.ts";
import type { RunRow, RunStart } from "./records.ts";
import { RunFile, readRows } from "./run-file.ts";

const [start, ...rows] = runOf([{ case: "a" }, { case: "b" }, { case: "ü\n\u2028" }]) as [
  RunStart,
  ...RunRow[],
];

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "seam-rows-"));
  path = join(folder, "evals/run-1.jsonl");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function written(): Promise<void> {
  const file = await RunFile.create(path, start);
  await Promise.all(rows.map((row) => file.add(row)));
  await file.close();
}

async function read(): Promise<RunRow[]> {
  const found: RunRow[] = [];
  for await (const row of readRows(path)) found.push(row);
  return found;
}

test("rows that are added at once are read in their order, and nothing of them goes to Git", async () => {
  await written();
  expect(await read()).toEqual([start, ...rows]);
  expect(await readFile(join(folder, "evals/.gitignore"), "utf8")).toBe("*\n");
});

test("a row is in the file when it was waited for", async () => {
  const file = await RunFile.create(path, start);
  for await (const row of streamOf(rows)) {
    await file.add(row);
    expect((await read()).at(-1)).toEqual(row);
  }
  await file.close();
});

test("a last line that was cut short anywhere is none", async () => {
  await written();
  const text = await readFile(path);
  const lastLine = text.subarray(0, -1).lastIndexOf("\n") + 1;
  for (let end = lastLine; end < text.length - 1; end++) {
    await writeFile(path, text.subarray(0, end));
    expect(await read()).toEqual([start, ...rows.slice(0, -1)]);
  }
});

test("what is no file of a run is told so, with the line", async () => {
  await written();
  await appendFile(path, "torn\n{}\n");
  await expect(read()).rejects.toThrow(/run-1\.jsonl is no file of a run: its line 6 is no JSON/);
  await writeFile(path, `${JSON.stringify(rows[0])}\n`);
  await expect(read()).rejects.toThrow(/its line 1 is of the type "trial"/);
  await writeFile(path, `${JSON.stringify({ ...start, format: 2 })}\n`);
  await expect(read()).rejects.toThrow(/format 2, which a newer release writes/);
  await rm(path);
  await expect(read()).rejects.toThrow(/cannot be read.*\.seam\/evals/s);
});

test("a run never writes into the file of another", async () => {
  await written();
  await expect(RunFile.create(path, start)).rejects.toMatchObject({ code: "StoreUnavailable" });
  expect(await read()).toHaveLength(5);
});
