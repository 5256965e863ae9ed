import { type JudgeForm, judge } from "llm-seam/evals";
import type { Reply, ScriptRequest } from "llm-seam/simulator";
import { describe, expect, test } from "vitest";
import { rejection, settled } from "../support/harness.ts";
import { judgedBy, judgeOf, material, saidTo, says, trialOf } from "./judge.testkit.ts";

const labels = { good: 1, partial: 0.5, bad: 0 };
const pairwise = {};

describe("one output", () => {
  test("a verdict of a scale is a share of it, with its reasoning", async () => {
    await using court = await judgedBy(says(4, "It names the time."));
    expect(await judgeOf(court).score(trialOf())).toEqual({
      score: 0.75,
      reason: "It names the time.",
      details: { verdict: 4, length: 21 },
    });
  });

  test("a label has a score of its own", async () => {
    await using court = await judgedBy(says("partial"));
    const scored = await judgeOf(court, { labels }).score(trialOf());
    expect(scored).toMatchObject({ score: 0.5, details: { verdict: "partial" } });
  });

  test.each(["judge", "openai"] as const)("what %s is told and shown", async (task) => {
    await using court = await judgedBy(says(3));
    const scale = { from: 1, to: 5, anchors: { 1: "wrong", 5: "right" } };
    const trial = trialOf({ expected: { days: 14 }, output: "Two weeks." });
    await judgeOf(court, { scale }, task).score(trial);
    const [request] = court.asked;
    expect(request && saidTo(request)).toMatch(
      /The rubric:\nRefunds take 14 days\.\n\n.* from 1 \(worst\) to 5 \(best\)\.\n1: wrong\n5: right\n/,
    );
    expect(material(request)).toEqual({
      input: trial.input,
      reference: '{\n  "days": 14\n}',
      output: "Two weeks.",
    });
  });

  test("the suite says what is shown, and a rubric may be written for each trial", async () => {
    await using court = await judgedBy(says("good"));
    const scorer = judge({
      seam: court.seam,
      task: "judge",
      rubric: ({ expected }) => `It says ${expected} days.`,
      of: ({ text }) => text,
      show: { input: ({ question }) => question, expected: false },
      labels,
    } satisfies Parameters<
      typeof judge<{ question: string; user: string }, number, { text: string }, "judge">
    >[0]);
    await scorer.score({
      ...trialOf(),
      input: { question: "How long?", user: "ada" },
      expected: 14,
      output: { text: "14 days." },
    });
    const [request] = court.asked;
    expect(material(request)).toEqual({ input: "How long?", output: "14 days." });
    expect(request && saidTo(request)).toContain("The rubric:\nIt says 14 days.");
  });

  test("every judgment is a fresh conversation, and the same one asks the same", async () => {
    await using court = await judgedBy(says(1), says(5), says(5));
    const scorer = judgeOf(court, { scale: { from: 1, to: 5 } }, "cached");
    await scorer.score(trialOf({ output: "No idea." }));
    await scorer.score(trialOf());
    expect(await scorer.score(trialOf({ trial: 2 }))).toMatchObject({ score: 1 });
    expect(court.asked.map(({ messages }) => messages.map(({ role }) => role))).toEqual([
      ["system", "user"],
      ["system", "user"],
    ]);
    expect(court.asked[1]?.prompt).not.toContain("No idea.");
  });
});

describe("two outputs", () => {
  const against = "Refunds take a while.";
  const longer = (request: ScriptRequest): Reply => {
    const { "output 1": first = "", "output 2": second = "" } = material(request);
    return says(first.length > second.length ? "1" : "2");
  };

  test.each([
    ["Refunds take 14 days, on the same way.", "win", 1],
    ["14 days.", "loss", 0],
  ])("are judged in both orders: %s", async (output, verdict, score) => {
    await using court = await judgedBy(longer);
    const scored = await judgeOf(court, { pairwise }).score(trialOf({ output, expected: against }));
    expect(scored).toMatchObject({
      score,
      details: {
        verdict,
        length: output.length - against.length,
        inconsistent: false,
        orders: [{ shownFirst: verdict, shownSecond: verdict }],
      },
    });
    expect(court.asked.map((request) => material(request))).toEqual([
      { input: "How long do refunds take?", "output 1": output, "output 2": against },
      { input: "How long do refunds take?", "output 1": against, "output 2": output },
    ]);
  });

  test("a judge that always takes the first one, or is of two minds, makes a tie", async () => {
    await using court = await judgedBy(says("1"), says("1"), says("tie"), says("1"));
    const scorer = judgeOf(court, { pairwise: { against: () => against } });
    expect(await scorer.score(trialOf())).toMatchObject({
      score: 0.5,
      reason: "Shown first: It names the time.\nShown second: It names the time.",
      details: {
        verdict: "tie",
        inconsistent: true,
        orders: [{ shownFirst: "win", shownSecond: "loss" }],
      },
    });
    expect(await scorer.score(trialOf())).toMatchObject({
      score: 0.5,
      details: { inconsistent: true },
    });
  });

  test("nobody is asked about two that are the same, or about one alone", async () => {
    await using court = await judgedBy(says("1"));
    const scorer = judgeOf(court, { pairwise });
    const trial = trialOf();
    expect(await scorer.score({ ...trial, expected: trial.output })).toMatchObject({
      score: 0.5,
      details: { verdict: "tie" },
    });
    expect(await scorer.score(trial)).toMatchObject({ score: null });
    expect(court.asked).toEqual([]);
  });
});

describe("several samples", () => {
  const sampled = (court: Awaited<ReturnType<typeof judgedBy>>, form: JudgeForm) =>
    judge({ seam: court.seam, task: "cached", rubric: "x", samples: 3, ...form });

  test("a scale takes the mean, and each sample is an answer of its own, which is kept", async () => {
    await using court = await judgedBy(says(5), says(5), says(3));
    const scorer = sampled(court, { scale: { from: 1, to: 5 } });
    for (const _ of [1, 2]) {
      const scored = await scorer.score(trialOf());
      expect(scored).toMatchObject({ details: { verdict: 4 } });
      expect(scored).toHaveProperty("score", expect.closeTo(5 / 6));
    }
    expect(court.asked).toHaveLength(3);
  });

  test.each([
    [["good", "bad", "bad"], "bad", 0],
    [["good", "partial", "good"], "good", 1],
    [["good", "partial", "bad"], "bad", 0],
  ])("of labels, most of %s say %s", async (given, verdict, score) => {
    await using court = await judgedBy(...given.map((one) => says(one)));
    const scored = await sampled(court, { labels }).score(trialOf());
    expect(scored).toMatchObject({ score, details: { verdict } });
    expect(scored).toHaveProperty("details.verdicts", expect.arrayContaining(given));
  });
});

describe("a fault of the judge is no score", () => {
  test("a rubric that is none", async () => {
    await using court = await judgedBy(says(5));
    const rubric = (): string => "";
    const scorer = judge({ seam: court.seam, task: "judge", rubric, labels });
    await expect(scorer.score(trialOf())).rejects.toMatchObject({ code: "InvalidRequest" });
    expect(court.asked).toEqual([]);
  });

  test.each([
    ["a number out of range", says(9), "InvalidOutput"],
    ["a number between two others", says(3.5), "InvalidOutput"],
    ["no verdict", { type: "json", value: { reasoning: "Hm." } } as const, "InvalidOutput"],
    ["no JSON", "I would give it 4 of 5.", "InvalidOutput"],
    ["a refusal", { type: "text", text: "I can't.", finish: "refusal" } as const, "Refused"],
  ])("%s", async (_, reply, code) => {
    await using court = await judgedBy(reply);
    expect(await rejection(judgeOf(court).score(trialOf()) as Promise<unknown>)).toMatchObject({
      code,
      task: "judge",
    });
  });

  test("a wrong verdict is asked for again once, and a good one then counts", async () => {
    await using court = await judgedBy(says(10), says(5));
    expect(await judgeOf(court).score(trialOf())).toMatchObject({ score: 1 });
  });

  test("a provider that fails in one of two orders: the other one is waited for", async () => {
    await using court = await judgedBy(says("1"));
    court.simulator.play([{ type: "status", status: 500 }]);
    const scoring = judgeOf(court, { pairwise }).score(trialOf({ expected: "No." }));
    expect(await rejection(Promise.resolve(scoring))).toMatchObject({
      code: "ProviderUnavailable",
    });
    expect(court.simulator.inFlight).toBe(0);
  });

  test("the deadline of its task, and the end of the suite", async () => {
    await using court = await judgedBy(says(5));
    court.simulator.play(["header-silence", "header-silence"]);
    const hasty = judgeOf(court, undefined, "hasty").score(trialOf());
    expect(await rejection(Promise.resolve(hasty))).toMatchObject({ code: "DeadlineExceeded" });
    const stopped = new AbortController();
    const reason = new Error("stopped");
    const scoring = judgeOf(court).score(trialOf({ signal: stopped.signal }));
    stopped.abort(reason);
    expect(await rejection(Promise.resolve(scoring))).toBe(reason);
    await settled(court.simulator);
  });
});
