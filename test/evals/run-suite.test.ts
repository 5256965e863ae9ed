import { setTimeout as wait } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { defineEval, type EvalOptions } from "../../src/evals/index.ts";
import type { TrialRecord } from "../../src/evals/run/records.ts";
import { type RunOptions, runSuite, trialKey } from "../../src/evals/run/run-suite.ts";
import { suiteOf } from "../../src/evals/suite/suite.ts";
import { type Harness, startAfresh, startHarness } from "../support/harness.ts";

let harness: Harness<"answer" | "kept" | "judge">;

beforeEach(async () => {
  harness = await startHarness(
    {
      tasks: {
        answer: { model: "openai/gpt-5-mini", retry: { attempts: 1 } },
        kept: { model: "openai/gpt-5-mini", cache: true },
        judge: { model: "anthropic/claude-haiku-4-5", retry: { attempts: 1 } },
      },
    },
    { script: { replies: [{ reply: "an answer" }] } },
  );
});
afterEach(async () => {
  await startAfresh(harness.simulator);
  await harness[Symbol.asyncDispose]();
});

type Options = EvalOptions<string, string, unknown>;

const always = { name: "always", score: () => 1 };

async function run(
  declared: Partial<Options> & Pick<Options, "run">,
  over: Partial<RunOptions> = {},
): Promise<{ rows: TrialRecord[]; reason: string; totals: (number | null)[] }> {
  const rows: TrialRecord[] = [];
  const totals: (number | null)[] = [];
  const made = defineEval<string, string, unknown>({
    name: "suite",
    data: [
      { id: "a", input: "A" },
      { id: "b", input: "B" },
    ],
    scorers: [always],
    ...declared,
  });
  const { reason } = await runSuite(suiteOf(made), {
    run: "run-1",
    folder: harness.folder,
    cache: "use",
    signal: new AbortController().signal,
    onTotal: (total) => totals.push(total),
    onRow: (row) => void rows.push(row),
    ...over,
  });
  return { rows, reason, totals };
}

const ask = (input: string): Promise<string> =>
  harness.seam.complete("answer", { prompt: input }).then(({ text }) => text);
const requests = (): number => harness.simulator.requests.length;

test("runs every trial, and records what it gave, cost and called", async () => {
  const { rows, reason, totals } = await run({ run: ask, trials: 2 });
  expect({ reason, totals }).toEqual({ reason: "done", totals: [4] });
  expect(rows.map(trialKey).sort()).toEqual(["1 a", "1 b", "2 a", "2 b"]);
  expect(rows[0]).toMatchObject({ input: "A", output: "an answer", error: null, cached: false });
  expect(rows[0]?.scores).toEqual({
    always: { score: 1, reason: null, fault: null, details: null },
  });
  expect(rows[0]?.calls).toMatchObject([{ task: "answer", target: "openai/gpt-5-mini" }]);
  expect(rows[0]?.latencyMs).toBeGreaterThan(0);
  expect(rows[0]?.costUsd).toBeGreaterThan(0);
  expect(rows[0]?.spentUsd).toBe(rows[0]?.costUsd);
  const [event] = await harness.events();
  expect(event?.tags).toMatchObject({
    eval: "suite",
    eval_run: "run-1",
    eval_case: "a",
    eval_trial: 1,
  });
});

test("trials never share an answer, and a rerun asks for none again", async () => {
  const twice = async (input: string): Promise<unknown> => [await ask(input), await ask(input)];
  await run({ run: twice, trials: 3 });
  expect(requests()).toBe(2 * 3 * 2);
  const { rows } = await run({ run: twice, trials: 3 });
  expect(requests()).toBe(12);
  expect(rows).toHaveLength(6);
  for (const row of rows) {
    expect(row).toMatchObject({ cached: true, latencyMs: null, spentUsd: 0 });
    expect(row.costUsd).toBeGreaterThan(0);
  }
  await run({ run: twice, trials: 4 });
  expect(requests()).toBe(12 + 2 * 2);
});

test("a task with a cache of its own shares within a trial as in production, and with nobody else", async () => {
  const kept = (input: string): Promise<unknown> =>
    harness.seam.complete("kept", { prompt: input });
  const twice = async (input: string): Promise<string> => {
    await kept(input);
    await kept(input);
    return "done";
  };
  await kept("A");
  const { rows } = await run({ run: twice, trials: 2 });
  expect(requests()).toBe(1 + 2 * 2);
  for (const row of rows) expect(row).toMatchObject({ cached: false, spentUsd: row.costUsd });
  const again = await run({ run: twice, trials: 2 });
  expect(requests()).toBe(5);
  expect(again.rows.every(({ cached }) => cached)).toBe(true);
  expect(again.rows[0]?.costUsd).toBe(rows[0]?.costUsd);
});

test("with the cache refreshed, each trial is asked again, and its new answers are kept", async () => {
  await run({ run: ask });
  await run({ run: ask }, { cache: "refresh" });
  expect(requests()).toBe(4);
  await run({ run: ask });
  expect(requests()).toBe(4);
});

test("calls of scorers are counted apart, and are the judge's in their events", async () => {
  const judged = {
    name: "judged",
    score: async () => {
      await harness.seam.complete("judge", { prompt: "How good is it?" });
      return { score: 0.5, reason: "so so" };
    },
  };
  const { rows } = await run({ run: ask, scorers: [judged, always] });
  expect(rows[0]?.calls).toHaveLength(1);
  expect(rows[0]?.judgeCalls).toMatchObject({ judged: [{ task: "judge" }] });
  expect(rows[0]?.judgeUsd).toBeGreaterThan(0);
  const judges = (await harness.events()).filter(({ task }) => task === "judge");
  expect(judges.map(({ tags }) => tags["eval_judge"])).toEqual(["judged", "judged"]);
});

test("what is no score is the scorer's fault, and so is what it throws; neither is a 0", async () => {
  const wrong = [Number.NaN, 1.5, -0.1, "1", undefined, { score: "high" }].map((value, index) => ({
    name: `wrong-${index}`,
    score: () => value as number,
  }));
  const throwing = {
    name: "throwing",
    score: () => {
      throw new Error("no idea with sk-abcdefghijklmnopqrstuvwx");
    },
  };
  const rounded = { name: "rounded", score: () => 1 + 1e-12 };
  const yes = { name: "yes", score: () => true };
  const none = { name: "none", score: () => ({ score: null, reason: "does not apply" }) };
  const { rows } = await run({ run: () => "x", scorers: [...wrong, throwing, rounded, yes, none] });
  const { scores = {} } = rows[0] ?? {};
  for (const { name } of wrong) {
    expect(scores[name]).toMatchObject({
      score: null,
      fault: expect.stringContaining("from 0 to 1"),
    });
  }
  expect(scores["throwing"]?.fault).toBe("no idea with [secret]");
  expect(scores["rounded"]?.score).toBe(1);
  expect(scores["yes"]?.score).toBe(1);
  expect(scores["none"]).toMatchObject({ score: null, fault: null, reason: "does not apply" });
});

test("a feature that fails scores 0, unless a scorer asks what it failed of", async () => {
  const refused = { name: "refused", score: () => 0, scoreError: () => 1 };
  const { rows } = await run({
    run: () => {
      throw new Error("I must not");
    },
    scorers: [always, refused],
  });
  expect(rows[0]?.error).toEqual({ kind: "feature", code: "Error", message: "I must not" });
  expect(rows[0]?.scores).toMatchObject({ always: { score: 0 }, refused: { score: 1 } });
});

test("a provider that is down says nothing about the feature: no score, however the error is wrapped", async () => {
  harness.simulator.play(["status-503", "status-503"]);
  const wrapping = (input: string): Promise<string> =>
    ask(input).catch((cause: unknown) => {
      throw new Error("the ticket could not be sorted", { cause });
    });
  const { rows } = await run({ run: wrapping });
  expect(rows.map(({ error }) => error?.kind)).toEqual(["untried", "untried"]);
  expect(rows[0]?.scores).toEqual({});
});

test("a trial that takes too long is told so, and fails alone", async () => {
  const aborted: string[] = [];
  const { rows } = await run({
    timeout: 30,
    run: async (input, { signal }) => {
      signal.addEventListener("abort", () => aborted.push(input));
      if (input === "A") await wait(60_000, undefined, { ref: false });
      return input;
    },
  });
  expect(aborted).toEqual(["A"]);
  const late = rows.find(({ case: id }) => id === "a");
  expect(late?.error).toEqual({
    kind: "feature",
    code: "TookTooLong",
    message: "The trial took longer than 30 ms",
  });
  expect(rows.find(({ case: id }) => id === "b")?.output).toBe("B");
});
