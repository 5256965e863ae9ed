import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { judge } from "llm-seam/evals";
import type { ScriptRequest } from "llm-seam/simulator";
import { describe, expect, test } from "vitest";
import { agreementOf } from "../../src/evals/judge/agreement.ts";
import { type Judge, type JudgedLabels, judgeLabels } from "../../src/evals/judge/calibrate.ts";
import { calibrationOf } from "../../src/evals/judge/calibration-of.ts";
import { readLabelled } from "../../src/evals/judge/labelled.ts";
import { type Court, judgedBy, judgeOf, material, says, type Task } from "./judge.testkit.ts";

const labels = { bad: 0, good: 1 };
const never = new AbortController().signal;

/** Says good of what names the time. */
const sensible = (request: ScriptRequest) =>
  says(material(request)["output"]?.includes("14 days") === true ? "good" : "bad");

const row = (id: string, output: unknown, value: unknown) => ({
  id,
  input: "How long do refunds take?",
  output,
  human: { good: { value, by: "ada" }, tone: { value: 3 } },
});

/** Twelve outputs, of which the judge will think as people do in all but one. */
const rows = Array.from({ length: 12 }, (_, index) =>
  row(
    `c${index}`,
    index % 2 === 0 ? `${index}: 14 days` : `${index}: soon`,
    index % 2 === 0 ? "good" : "bad",
  ),
).with(3, row("c3", "3: soon", "good"));

async function labelled(court: Court, lines: readonly unknown[], scorer: Judge) {
  const path = join(court.folder, "labels.jsonl");
  await writeFile(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  return await readLabelled(path, scorer.name, scorer.judge, never);
}

function judgeWith(court: Court, task: Task = "judge"): Judge {
  const scorer = judgeOf(court, { labels }, task);
  if (scorer.judge === undefined) throw new Error("a judge has an identity");
  return { ...scorer, judge: scorer.judge };
}

async function judgedIn(
  court: Court,
  lines: readonly unknown[],
  { task = "judge", signal = never }: { readonly task?: Task; readonly signal?: AbortSignal } = {},
): Promise<JudgedLabels> {
  const scorer = judgeWith(court, task);
  const { labelled: read } = await labelled(court, lines, scorer);
  return await judgeLabels(scorer, read, { run: "r", cache: "use", signal, onRow: () => {} });
}

describe("labelled outputs are judged", () => {
  test("each once, and again for nothing", async () => {
    await using court = await judgedBy(sensible);
    const judged = await judgedIn(court, rows);
    expect(judged).toMatchObject({
      by: { target: "anthropic/claude-haiku-4-5" },
      byOthers: 0,
      faults: [],
      reason: "done",
    });
    expect(judged.spentUsd).toBeGreaterThan(0);
    expect(judged.labels.find(({ id }) => id === "c3")).toMatchObject({
      human: { verdict: "good" },
      judge: "bad",
      length: 7,
    });
    expect(await judgedIn(court, rows)).toMatchObject({ labels: { length: 12 }, spentUsd: 0 });
    expect(court.asked).toHaveLength(12);
  });

  test("what is kept names the judge, its model, and how it compares", async () => {
    await using court = await judgedBy(sensible);
    const judged = await judgedIn(court, rows);
    const scorer = judgeWith(court);
    const agreement = agreementOf(judged.labels, scorer.judge);
    expect(calibrationOf(scorer, judged, agreement)).toMatchObject({
      metric: "good",
      task: "judge",
      target: "anthropic/claude-haiku-4-5",
      rubric: scorer.judge.rubric,
      kind: "labels",
      n: 12,
      agreement: 0.9167,
      kappa: expect.closeTo(0.8333, 3),
      bias: -0.0833,
      at: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
    });
  });

  test("too few labels, or all the same, are not kept", async () => {
    await using court = await judgedBy(sensible);
    const scorer = judgeWith(court);
    const keptOf = async (lines: readonly unknown[]) => {
      const judged = await judgedIn(court, lines);
      return calibrationOf(scorer, judged, agreementOf(judged.labels, scorer.judge));
    };
    expect(await keptOf(rows.slice(0, 9))).toMatch(/^9 labels say too little; label at least 10/);
    const same = Array.from({ length: 10 }, (_, index) =>
      row(`s${index}`, `${index}: 14 days`, "good"),
    );
    expect(await keptOf(same)).toMatch(/^all labels are the same/);
    const judgedApart = same.with(0, row("s0", "soon", "good"));
    expect(await keptOf(judgedApart)).toMatch(/^all labels are the same/);
  });

  test("what the judge fails to judge is counted, and what a fallback judges is left out", async () => {
    await using court = await judgedBy((request) => {
      const isOdd = request.messages.some(({ text }) => text.includes("0: 14 days"));
      if (isOdd) return says("perfect");
      return sensible(request);
    });
    court.simulator.play({ sequence: ["status", "status"] });
    const judged = await judgedIn(court, rows, { task: "backed" });
    expect(judged.faults.map(({ id }) => id).sort()).toEqual(["c0", "c10"]);
    expect(judged.labels.length + judged.byOthers + 2).toBe(12);
    expect(judged.byOthers).toBeGreaterThanOrEqual(1);
    expect(judged.by?.target).toBe("anthropic/claude-haiku-4-5");
  });

  test("a suite that is stopped says so", async () => {
    await using court = await judgedBy(sensible);
    const stopped = new AbortController();
    stopped.abort();
    const judged = await judgedIn(court, rows, { signal: stopped.signal });
    expect(judged).toMatchObject({ reason: "stopped", labels: [] });
  });

  test("a judge that says no verdict is refused", async () => {
    await using court = await judgedBy(sensible);
    const scorer: Judge = { ...judgeWith(court), score: () => 1 };
    const { labelled: read } = await labelled(court, rows, scorer);
    await expect(
      judgeLabels(scorer, read, { run: "r", cache: "use", signal: never, onRow: () => {} }),
    ).rejects.toMatchObject({
      code: "ConfigError",
      message: expect.stringMatching(/does not say its verdict/),
    });
  });
});

describe("a file of labels", () => {
  test("rows without a label by the metric are counted", async () => {
    await using court = await judgedBy(sensible);
    const lines = [
      ...rows,
      { id: "x", input: 1 },
      { ...row("y", "z", "good"), human: { tone: { value: 1 } } },
      { ...row("r", "z", "good"), review: "rejected" },
    ];
    const read = await labelled(court, lines, judgeWith(court));
    expect(read).toMatchObject({ labelled: { length: 12 }, unlabelled: 3 });
  });

  test("several outputs of one case are several labels", async () => {
    await using court = await judgedBy(sensible);
    const read = await labelled(
      court,
      [row("a", "x", "good"), row("a", "y", "bad")],
      judgeWith(court),
    );
    expect(read.labelled.map(({ row: { id } }) => id)).toEqual(["a", "a (line 2)"]);
  });

  test("numbers may be typed as texts", async () => {
    await using court = await judgedBy(sensible);
    const scorer = judge({
      seam: court.seam,
      task: "judge",
      name: "good",
      rubric: "x",
      scale: { from: 1, to: 5 },
    });
    if (scorer.judge === undefined) throw new Error("a judge has an identity");
    const read = await labelled(court, [row("a", "x", "4")], { ...scorer, judge: scorer.judge });
    expect(read.labelled[0]?.human).toEqual({ verdict: 4, score: 0.75 });
  });

  test.each([
    [
      "a label that the judge does not know",
      row("a", "x", "great"),
      /labels\.jsonl:1: .*"great"; the judge says one of "bad", "good"/,
    ],
    [
      "no output",
      { ...row("a", "x", "good"), output: undefined },
      /labels\.jsonl:1: .*no `output`/,
    ],
    ["no input", { ...row("a", "x", "good"), input: undefined }, /labels\.jsonl:1: .*no `input`/],
  ])("%s is named with its line", async (_, line, message) => {
    await using court = await judgedBy(sensible);
    await expect(labelled(court, [line], judgeWith(court))).rejects.toThrow(message);
  });
});
