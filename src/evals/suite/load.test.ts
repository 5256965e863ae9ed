import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { loadSuites } from "./load.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "seam-load-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

function suite(name: string, more = ""): string {
  return `{ kind: "llm-seam/eval", name: ${JSON.stringify(name)}, data: [{ input: 1 }], run: () => 1,
    scorers: [{ name: "good", score: () => 1 }], ${more} }`;
}

test("finds every suite that is exported, under any name, once", async () => {
  const one = await file(
    "one.eval.mjs",
    `export const a = ${suite("first")}; export default a; export const b = ${suite("second")}; export const other = 1;`,
  );
  const two = await file("two.eval.mjs", `export default ${suite("third", "trials: 3")};`);
  const found = await loadSuites([one, two]);
  expect(found.map(({ file: from, suite: { name } }) => [from, name])).toEqual([
    [one, "first"],
    [one, "second"],
    [two, "third"],
  ]);
  expect(found[2]?.suite).toMatchObject({ trials: 3, concurrency: 8, timeoutMs: 300_000 });
});

const wrong: readonly [code: string, message: RegExp][] = [
  ["export const a = 1;", /exports no suite/],
  ["export const a = ;", /cannot be imported/],
  ["import 'nowhere';", /cannot be imported.*Install what it imports/s],
  [`export const a = ${suite("../x")};`, /defineEval\.name: expected 1 to 100 letters/],
  [`export const a = ${suite("x", "trials: 0")};`, /defineEval\.trials/],
  [`export const a = ${suite("x", "trails: 2")};`, /called "trails" \(did you mean "trials"\?\)/],
  [`export const a = ${suite("x", "scorers: []")};`, /at least one scorer/],
  [`export const a = ${suite("x", "scorers: [() => 1]")};`, /scorers\.0.*without a name/s],
  [`function s() {}; export const a = ${suite("x", "scorers: [s, s]")};`, /another metric "s"/],
  [`export const a = ${suite("x", "data: 7")};`, /defineEval\.data: expected a list of rows/],
  [`export const a = ${suite("x", "timeout: 'soon'")};`, /defineEval\.timeout.*"5m"/s],
  [
    `export const a = ${suite("x", "gate: { metrics: { best: { atLeast: 2 } } }")};`,
    /gate\.metrics\.best\.atLeast/,
  ],
  [
    `export const a = ${suite("x", "gate: { metrics: { best: { atLeast: 1 } } }")};`,
    /gate\.metrics\.best: no scorer is called so: there are good/,
  ],
  [`export const a = ${suite("x")}, b = ${suite("x")};`, /two suites "x": in .*wrong/],
];

test.each(wrong)("%s is refused", async (code, message) => {
  const path = await file("wrong.eval.mjs", code);
  await expect(loadSuites([path])).rejects.toMatchObject({
    code: "ConfigError",
    message: expect.stringMatching(message),
  });
});

test("what is wrong keeps no other suite from being loaded where somebody hears of it", async () => {
  const broken = await file("a.eval.mjs", "export const a = ;");
  const mixed = await file(
    "b.eval.mjs",
    `export const a = ${suite("bad", "trials: 0")}, b = ${suite("good")};`,
  );
  const faults: string[] = [];
  const found = await loadSuites([broken, mixed], ({ message }) => faults.push(message));
  expect(found.map(({ suite: { name } }) => name)).toEqual(["good"]);
  expect(faults).toEqual([
    expect.stringContaining("cannot be imported"),
    expect.stringContaining('The suite "bad" cannot be run'),
  ]);
});
