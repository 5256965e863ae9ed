import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const example = fileURLToPath(new URL("../../examples/exact-recall/main.ts", import.meta.url));
const useSource = new URL("use-source.ts", import.meta.url).href;

test("what the table holds is looked up, and only the rest is asked", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ["--import", useSource, example]);
  expect(stdout).toContain("rule: It costs 12.50 EUR. (cost $0)");
  expect(stdout).toContain("rule: It costs 3.20 EUR. (cost $0)");
  expect(stdout).toContain("Requests to a model: 1 of 3.");
});
