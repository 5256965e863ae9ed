import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ended, jsonLines, type RunResult, startSeam, written } from "./run-seam.testkit.ts";

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "seam-label-"));
  file = join(folder, "cases.jsonl");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Labels with answers from a pipe, one a line. */
function label(answers: readonly string[], ...args: string[]): Promise<RunResult> {
  const child = startSeam(["eval", "label", "--by", "ada", ...args], { cwd: folder });
  child.stdin.end(answers.map((answer) => `${answer}\n`).join(""));
  return ended(child);
}

const rows = async (path = file) => jsonLines(await readFile(path, "utf8"));
const labels = async (metric: string) =>
  (await rows()).map(({ human }) => (human as Record<string, { value: unknown }>)?.[metric]?.value);

async function write(...records: object[]): Promise<void> {
  await writeFile(file, records.map((record) => `${JSON.stringify(record)}\n`).join(""));
}

const cases = [
  {
    id: "a",
    input: [{ role: "user", content: "Hi \u001b[2J\u202e" }],
    output: "Hello\u2028there",
    metadata: { n: 1 },
    review: "open",
  },
  { id: "b", input: "q", output: { x: 1 }, expected: { x: 2 } },
  { id: "c", input: "r", output: "s" },
  { id: "unanswered", input: "t" },
  { id: "out", input: "u", output: "v", review: "rejected" },
];

test("labels land in the rows, with who, when and a note, and the next time goes on behind them", async () => {
  await write(...cases);
  const first = await label(["good", "2 too short"], file);
  expect(first.code).toBe(0);
  expect(first.stderr).toContain("3 outputs of 3 without a label by quality");
  expect(first.stderr).toContain("2 labels written");
  expect(first.stdout).toContain("user: Hi \\x1b[2J\\u202e");
  expect(first.stdout).toMatch(/── expected\n\{\n {2}"x": 2\n\}\n── output\n\{\n {2}"x": 1\n\}/);
  const [a, b] = await rows();
  const at = expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/);
  expect(a).toEqual({
    ...cases[0],
    review: "done",
    human: { quality: { value: "good", by: "ada", at } },
  });
  expect(b?.["human"]).toEqual({ quality: { value: "bad", by: "ada", at, note: "too short" } });
  const second = await label(["g"], file);
  expect(second.stderr).toContain("1 output of 3 without a label");
  expect(second.stdout).toContain("1 of 1  c");
  expect(await labels("quality")).toEqual(["good", "bad", "good", undefined, undefined]);
  expect((await label([], file)).stderr).toContain("0 outputs of 3");
});

test("a scale is kept as numbers, beside other metrics; skip, back and reject do what they say", async () => {
  await write(...cases);
  await label(["good", "", ":b", "bad", ":reject"], file);
  expect(await labels("quality")).toEqual(["good", "bad", undefined, undefined, undefined]);
  expect((await rows()).map(({ review }) => review)).toEqual([
    "done",
    undefined,
    "rejected",
    undefined,
    "rejected",
  ]);
  await label(["5", "1"], file, "--metric", "tone", "--scale", "1-5");
  expect(await labels("tone")).toEqual([5, 1, undefined, undefined, undefined]);
  expect(await labels("quality")).toEqual(["good", "bad", undefined, undefined, undefined]);
});

test("an answer of a script that is no label ends it, and keeps what came before", async () => {
  await write(...cases);
  const { code, stderr } = await label(["good", "splendid", "bad"], file);
  expect(code).toBe(1);
  expect(stderr).toMatch(/answer for "b" is no label: "splendid" is none of "good", "bad"/);
  expect(await labels("quality")).toEqual(["good", undefined, undefined, undefined, undefined]);
});

test("each label is in the file at once: a kill loses none", async () => {
  await write(...cases);
  const child = startSeam(["eval", "label", file], { cwd: folder });
  const shown = written(child, /2 of 3/);
  child.stdin.write("good\n");
  await shown;
  const end = ended(child);
  child.kill("SIGKILL");
  await end;
  expect((await labels("quality"))[0]).toBe("good");
});

test("labels of a run are rows of their own file, which an output that comes again does not enter twice", async () => {
  const judge = { task: "judge", rubric: "r", kind: "labels" };
  const trial = { type: "trial", input: "q", metadata: {}, error: null };
  const run = [
    { type: "run", format: 1, suite: "my tickets", metrics: [{ name: "tone", passAt: 1, judge }] },
    {
      ...trial,
      case: "a",
      trial: 1,
      output: "x",
      expected: "y",
      scores: { tone: { score: 0.123 } },
    },
    { ...trial, case: "a", trial: 2, output: "z" },
    { ...trial, case: "b", trial: 1, output: null, error: { kind: "feature" } },
    { type: "end", endedAt: 1, reason: "done" },
  ];
  await write(...run);
  const before = await readFile(file, "utf8");
  const { stdout, stderr } = await label(["kind", "rude"], file, "--labels", "kind,rude");
  expect(stderr).toContain("2 outputs of 2 without a label by tone");
  expect(stdout).not.toContain("0.123");
  expect(await rows(join(folder, "my-tickets.labels.jsonl"))).toMatchObject([
    {
      id: "a",
      input: "q",
      output: "x",
      expected: "y",
      human: { tone: { value: "kind", by: "ada" } },
    },
    { id: "a", output: "z", human: { tone: { value: "rude" } } },
  ]);
  expect(await readFile(file, "utf8")).toBe(before);
  expect((await label(["kind"], file, "--labels", "kind,rude")).stderr).toContain("0 outputs of 2");
});

test("what cannot be labelled is said", async () => {
  await write({ id: "a", input: "q" });
  expect((await label([], file)).stderr).toMatch(/No row of .* has an `output`/);
  await write(...cases);
  expect((await label([], file, "--to", "x.jsonl")).stderr).toContain(
    "--to is for labels of a run",
  );
  expect((await label([], file, "--labels", "good,Good")).code).toBe(2);
  expect((await label([], file, "--scale", "5-1")).code).toBe(2);
  expect((await label([], join(folder, "none.jsonl"))).stderr).toMatch(
    /There is no data file .*none/,
  );
});
