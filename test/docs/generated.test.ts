import { existsSync } from "node:fs";
import { join } from "node:path";
import * as door from "llm-seam";
import { describe, expect, test } from "vitest";
import { defaultsTable } from "../../scripts/docs-defaults.ts";
import { errorTable, everyError } from "../../scripts/docs-errors.ts";
import { wayOfACall } from "../../scripts/docs-pipeline.ts";
import { root } from "../../scripts/tool.ts";

describe("the error catalogue", () => {
  test.each(Object.entries(everyError))(
    "%s stands under its own code and is exported",
    (code, error) => {
      expect(error.code).toBe(code);
      expect(error.name).toBe(code);
      expect(Object.keys(door)).toContain(code);
    },
  );

  test("every error has a row that says when it happens and what to do", () => {
    const rows = errorTable().split("\n").slice(2);
    expect(rows).toHaveLength(Object.keys(everyError).length);
    for (const row of rows) expect(row).toMatch(/^\| `\w+` \| .{20,} \| .{2,} \| .{20,} \|$/);
  });
});

test("the table of defaults shows each with its unit", () => {
  expect(defaultsTable()).toContain("| `deadline` | 3 m |");
  expect(defaultsTable()).toContain("| `cacheMemoryBytes` | 64 MiB |");
});

test("the way of a call names the policies in their order, each of which is a file", () => {
  const names = [...wayOfACall().matchAll(/^ *(\w+) {2,}\S/gm)].map(([, name]) => name);
  expect(names).toEqual([
    "observe",
    "rule",
    "repeat",
    "deadline",
    "cache",
    "budget",
    "resume",
    "route",
    "hedge",
    "retry",
    "breaker",
    "pace",
    "attempt",
  ]);
  for (const name of names) expect(existsSync(join(root, `src/policies/${name}.ts`))).toBe(true);
});
