import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findEvalFiles } from "./find.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "seam-find-"));
  for (const file of [
    "b.eval.ts",
    "evals/a.eval.mts",
    "evals/deep/c.eval.js",
    "evals/helper.ts",
    "evals/eval.ts",
    "node_modules/x/d.eval.ts",
    "evals/node_modules/x/d.eval.ts",
    "dist/e.eval.js",
    ".hidden/f.eval.ts",
    "evals/.hidden/f.eval.mjs",
    "evals/[id]/g.eval.mjs",
  ]) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), "");
  }
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const cases: readonly [pattern: string | undefined, found: readonly string[]][] = [
  [undefined, ["b.eval.ts", "evals/[id]/g.eval.mjs", "evals/a.eval.mts", "evals/deep/c.eval.js"]],
  ["evals/deep", ["evals/deep/c.eval.js"]],
  ["evals/[id]", ["evals/[id]/g.eval.mjs"]],
  ["evals/helper.ts", ["evals/helper.ts"]],
  ["dist/e.eval.js", ["dist/e.eval.js"]],
  [".hidden", [".hidden/f.eval.ts"]],
  ["evals/*.eval.mts", ["evals/a.eval.mts"]],
  ["evals/../b.*.ts", ["b.eval.ts"]],
];

test.each(cases)("%s finds %j", async (pattern, found) => {
  expect(await findEvalFiles(pattern, folder)).toEqual(found.map((file) => join(folder, file)));
});

test("from another folder, a pattern counts from there", async () => {
  const here = join(folder, "evals/deep");
  expect(await findEvalFiles("../*.eval.mts", here)).toEqual([join(folder, "evals/a.eval.mts")]);
});

test("a pattern that finds nothing is an error that says how files are found", async () => {
  await expect(findEvalFiles("nothing/*.ts", folder)).rejects.toThrow(
    /No eval file is found by nothing\/\*\.ts.*\*\.eval\.ts/s,
  );
});
