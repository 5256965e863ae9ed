import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { metric, runOf, streamOf } from "../result/rows.testkit.ts";
import { baselineOf } from "./baseline.ts";
import { readBaseline, writeBaseline } from "./file.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "seam-baseline-"));
  path = join(folder, "tickets.baseline.jsonl");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const rows = runOf(
  [
    { case: "b", trial: 2, scores: { accuracy: 0, tone: null }, output: "second", cluster: "doc" },
    { case: "b", trial: 1, scores: { accuracy: 1, tone: 0.3 }, output: "first", cluster: "doc" },
    {
      case: "a",
      scores: { accuracy: "it broke", tone: 0.1 + 0.2 },
      latencyMs: null,
      costUsd: null,
    },
    {
      case: "c",
      scores: { accuracy: 0, tone: 0 },
      output: null,
      error: { kind: "feature", code: "Refused", message: "It refused." },
    },
  ],
  { trials: 2, metrics: [metric("accuracy"), metric("tone")] },
);

test("what was written is read again, and is what the run makes", async () => {
  await writeBaseline(path, streamOf(rows));
  expect(await readBaseline(path, "tickets")).toEqual(await baselineOf(streamOf(rows), path));
  expect(readdirSync(folder)).toEqual(["tickets.baseline.jsonl"]);
});

test("the file of a run is read as what it makes, without what a killed process has left of a line", async () => {
  const others = runOf([{ case: "a", scores: { accuracy: 0 } }], { suite: "others", run: "run-2" });
  const text = [...others, ...rows].map((row) => JSON.stringify(row)).join("\n");
  writeFileSync(path, `${text}\n{"type":"tri`);
  expect(await readBaseline(path, "tickets")).toEqual(await baselineOf(streamOf(rows), path));
});

test("a file of other suites is the baseline of none of them", async () => {
  await writeBaseline(path, streamOf(rows));
  expect(await readBaseline(path, "others")).toBeUndefined();
  writeFileSync(path, rows.map((row) => JSON.stringify(row)).join("\n"));
  expect(await readBaseline(path, "others")).toBeUndefined();
});

test("keeps the exact scores of all trials, the first trial's output, and no score where there is none", async () => {
  const { cases, metrics, commit } = await baselineOf(streamOf(rows), "here");
  expect([...cases.keys()]).toEqual(["a", "b", "c"]);
  expect({ metrics, commit }).toEqual({ metrics: ["accuracy", "tone"], commit: "c0ffee" });
  expect(cases.get("a")).toMatchObject({ latencyMs: null, costUsd: null, tokens: 100 });
  expect([...(cases.get("a")?.scores ?? [])]).toEqual([["tone", [0.1 + 0.2]]]);
  expect(cases.get("b")).toMatchObject({ output: "first", latencyMs: 10 });
  expect(cases.get("b")?.scores.get("accuracy")).toEqual([1, 0]);
  expect(cases.get("c")?.error?.code).toBe("Refused");
});

test("a long output is kept as text that ends early", async () => {
  const long = runOf([{ case: "a", scores: { accuracy: 1 }, output: { text: "x".repeat(5_000) } }]);
  await writeBaseline(path, streamOf(long));
  const output = (await readBaseline(path, "tickets"))?.cases.get("a")?.output;
  expect(output).toMatch(/^\{"text":"x{991}…$/);
});

test("the same run written twice is the same file, sorted by case", async () => {
  await writeBaseline(path, streamOf(rows));
  const text = readFileSync(path, "utf8");
  await writeBaseline(path, streamOf([...rows.slice(0, 1), ...rows.slice(1).reverse()]));
  expect(readFileSync(path, "utf8")).toBe(text);
  expect(text.split("\n").map((line) => /"case":"(.)"/.exec(line)?.[1])).toEqual([
    undefined,
    "a",
    "b",
    "c",
    undefined,
  ]);
});

test.each([
  ["nothing", () => "", "is empty"],
  ["what is no JSON", (text: string) => `${text}{"case":`, "line 5 is no JSON"],
  ["a merge", (text: string) => `${text}<<<<<<< HEAD\n`, "line 5 is left from a merge that is not"],
  ["a case twice", (text: string) => `${text}${text.split("\n")[1]}`, 'second one of the case "a"'],
  [
    "a score that is none",
    (text: string) => text.replace("[1,0]", "[5,0]"),
    "line 3 .*scores.accuracy",
  ],
  ["another format", (text: string) => text.replace('"format":1', '"format":2'), "line 1 .*newer"],
])("%s is refused, and the line is named", async (_, spoil, message) => {
  await writeBaseline(path, streamOf(rows));
  writeFileSync(path, spoil(readFileSync(path, "utf8")));
  await expect(readBaseline(path, "tickets")).rejects.toThrow(new RegExp(`${message}.*--accept`));
});

test("a file that is not there, or cannot be, is told in words", async () => {
  await expect(readBaseline(path, "tickets")).rejects.toThrow(/cannot be read: ENOENT/);
  await expect(writeBaseline(join(path, "x"), streamOf(rows))).rejects.toThrow(/cannot be written/);
});
