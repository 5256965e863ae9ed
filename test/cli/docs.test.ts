import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { root } from "../../scripts/tool.ts";
import { commandHelp } from "../../src/cli/help.ts";
import { type FilledStore, fillStore } from "./filled-store.testkit.ts";

const page = readFileSync(join(root, "docs/events.md"), "utf8");

let filled: FilledStore;
let database: DatabaseSync;

beforeAll(async () => {
  filled = await fillStore();
  database = new DatabaseSync(filled.store, { readOnly: true });
});
afterAll(async () => {
  database.close();
  await filled.remove();
});

test("the page of events explains every column that there is, and no other", () => {
  const columns = database.prepare("select name from pragma_table_info('events')").all();
  const section = /## The columns of `events`([\s\S]*?)\n## /.exec(page)?.[1] ?? "";
  const cells = [...section.matchAll(/^\| (`.*?) \|/gm)].map(([, cell]) => cell ?? "");
  const explained = cells.flatMap((cell) =>
    cell.split(", ").map((name) => name.replaceAll("`", "")),
  );
  expect(explained.toSorted()).toEqual(columns.map(({ name }) => name).toSorted());
});

test("help of every command has examples, and is the same on any terminal", () => {
  const help = commandHelp();
  const commands = [...help.matchAll(/^### `(.*)`$/gm)].map(([, name]) => name);
  expect(commands).toEqual([
    "seam",
    "seam calls",
    "seam calls show",
    "seam calls replay",
    "seam agent",
    "seam agent trace",
    "seam approvals",
    "seam approvals show",
    "seam approvals approve",
    "seam approvals deny",
    "seam conversations",
    "seam conversations show",
    "seam stats",
    "seam prompts",
    "seam eval",
    "seam eval add",
    "seam eval sample",
    "seam eval label",
    "seam eval calibrate",
    "seam eval history",
    "seam eval import",
    "seam eval merge",
    "seam export",
    "seam prune",
    "seam simulate",
    "seam init",
    "seam doctor",
  ]);
  expect(help.match(/^Examples:\n {2}seam /gm)).toHaveLength(commands.length - 1);
  expect(Math.max(...help.split("\n").map((line) => line.length))).toBeLessThanOrEqual(100);
});
