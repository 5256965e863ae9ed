import { execFile } from "node:child_process";
import { lstat, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ConfigError } from "../../../errors.ts";
import { runOf } from "../../../evals/result/rows.testkit.ts";
import { writeReports } from "./files.ts";
import { reportOf, suiteOf } from "./results.testkit.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "seam-reports-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const trials = [{ case: "a\u202e", scores: { accuracy: 1 }, output: "\u001b[2J" }] as const;

test("each report that is named is written, into folders that need not be there", async () => {
  const at = (name: string) => join(folder, "out", name);
  const reports = [reportOf(suiteOf(), trials), reportOf(suiteOf(), [])];
  await writeReports(
    { html: at("a.html"), jsonl: at("a.jsonl"), junit: at("a.xml"), markdown: at("a.md") },
    reports,
  );
  expect((await readdir(join(folder, "out"))).sort()).toEqual([
    "a.html",
    "a.jsonl",
    "a.md",
    "a.xml",
  ]);
  const rows = (await readFile(at("a.jsonl"), "utf8")).trimEnd().split("\n");
  expect(rows.map((row) => JSON.parse(row))).toEqual(
    [...runOf(trials), ...runOf([])].map((row) => JSON.parse(JSON.stringify(row))),
  );
  expect(await readFile(at("a.md"), "utf8")).toContain("Evals: 2 of 2 passed");
});

test("a report that breaks off leaves the one that was there", async () => {
  const path = join(folder, "a.html");
  await writeFile(path, "the old one");
  const broken = {
    ...reportOf(suiteOf(), trials),
    rows: async function* () {
      yield* runOf(trials);
      throw new Error("no such file");
    },
  };
  const error = await writeReports({ html: path }, [broken]).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ConfigError);
  expect(String(error)).toContain(`The report ${path} could not be written: no such file`);
  expect(await readdir(folder)).toEqual(["a.html"]);
  expect(await readFile(path, "utf8")).toBe("the old one");
});

test("a pipe is written to, and a link stays one: neither is replaced by a file", async () => {
  const [pipe, link, file] = ["pipe", "link", "file"].map((name) => join(folder, name));
  if (!pipe || !link || !file) throw new Error("three paths");
  await promisify(execFile)("mkfifo", [pipe]);
  await writeFile(file, "the old one");
  await symlink("file", link);
  const report = reportOf(suiteOf(), trials);
  const [text] = await Promise.all([
    readFile(pipe, "utf8"),
    writeReports({ jsonl: pipe, markdown: link }, [report]),
  ]);
  expect(text.split("\n")).toHaveLength(runOf(trials).length + 1);
  expect((await lstat(pipe)).isFIFO()).toBe(true);
  expect((await lstat(link)).isSymbolicLink()).toBe(true);
  expect(await readFile(file, "utf8")).toContain("Evals: 1 of 1 passed");
});

test("data ends no script of the HTML report, and the policy allows nothing else", async () => {
  const path = join(folder, "a.html");
  const evil = "</script><script>alert(1)</script><!--\u2028";
  const reports = [reportOf(suiteOf({ start: { suite: evil } }), [{ case: evil, output: evil }])];
  await writeReports({ html: path }, reports);
  const html = await readFile(path, "utf8");
  expect(html.match(/<script/g)).toHaveLength(html.match(/<\/script>/g)?.length ?? 0);
  expect(html).not.toContain("<!--");
  expect(html).not.toContain("\u2028");
  expect(html).not.toMatch(/^(import|export) /m);
  expect(html).toMatch(
    /content="default-src 'none'; style-src 'sha256-[^']+'; script-src 'sha256-[^']+'; base-uri 'none'; form-action 'none'"/,
  );
});
