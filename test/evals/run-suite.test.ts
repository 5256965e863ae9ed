import { setTimeout as wait } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { defineEval, type EvalOptions } from "../../src/evals/index.ts";
import { hashOfCase } from "../../src/evals/result/tally.ts";
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
    expect(row.tokens).toBeGreaterThan(0);
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
  for (const { costUsd, tokens } of again.rows)
    expect({ costUsd, tokens }).toEqual({ costUsd: rows[0]?.costUsd, tokens: rows[0]?.tokens });
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

test("two rows of one id are refused before anything is run; so are rows that are none", async () => {
  const twice = [
    { id: "a", input: "A" },
    { id: "a", input: "B" },
  ];
  await expect(run({ run: ask, data: twice })).rejects.toThrow(/Two cases.*have the id "a"/);
  await expect(run({ run: ask, data: [{ input: "A" }, { input: "A" }] })).rejects.toThrow(
    /same input/,
  );
  const circle: unknown[] = [];
  circle.push(circle);
  const circular = [{ input: circle as unknown as string }];
  await expect(run({ run: ask, data: circular })).rejects.toThrow(/Row 1 .*give it one/);
  await expect(run({ run: ask, data: [] })).rejects.toThrow(/there are no rows/);
  await expect(run({ run: ask, data: [{ input: "A" }, 7] as never })).rejects.toThrow(
    /Row 2 .*no object/,
  );
  const failing = (): never => {
    throw new Error("the file is away");
  };
  await expect(run({ run: ask, data: failing })).rejects.toThrow(
    /cannot be read: the file is away/,
  );
  expect(requests()).toBe(0);
});

test("a cluster that cannot be told is an error that names the case", async () => {
  const cluster = (): string => {
    throw new Error("no such document");
  };
  await expect(run({ run: ask, data: [{ id: "a", input: "A" }], cluster })).rejects.toMatchObject({
    code: "ConfigError",
    message: expect.stringMatching(/cluster of the case "a".*no such document/),
  });
});

test("data that fails on the way ends the run, with what was there recorded", async () => {
  const rows: TrialRecord[] = [];
  async function* data(): AsyncGenerator<{ id: string; input: string }> {
    yield { id: "a", input: "A" };
    await wait(20);
    throw new Error("line 2 is broken");
  }
  const failed = run(
    { run: (input) => input, data, concurrency: 2 },
    { onRow: (row) => void rows.push(row) },
  );
  await expect(failed).rejects.toThrow(/line 2 is broken/);
  expect(rows.map(trialKey)).toEqual(["1 a"]);
});

test("rows are read as trials begin, and none is held", async () => {
  let read = 0;
  let ahead = 0;
  let done = 0;
  function* data(): Generator<{ id: string; input: string }> {
    for (; read < 20_000; read++) {
      ahead = Math.max(ahead, read - done);
      yield { id: String(read), input: "x".repeat(10_000) };
    }
  }
  const { reason } = await run(
    { run: (input) => input.length, data, concurrency: 4 },
    {
      onRow: () => {
        done++;
      },
    },
  );
  expect({ reason, done }).toEqual({ reason: "done", done: 20_000 });
  expect(ahead).toBeLessThanOrEqual(5);
});

test("a limit of cost begins no trial more when it is reached, judges included", async () => {
  const judge = {
    name: "judged",
    score: async () => {
      await harness.seam.complete("judge", { prompt: "Good?", cache: false });
      return 1;
    },
  };
  const data = Array.from({ length: 50 }, (_, index) => ({
    id: String(index),
    input: String(index),
  }));
  const [first] = (await run({ run: ask, data: data.slice(0, 1), scorers: [judge] })).rows;
  const each = (first?.spentUsd ?? 0) + (first?.judgeUsd ?? 0);
  expect(first?.judgeUsd).toBeGreaterThan(0);
  const options = { maxCostUsd: each * 9.5, cache: "refresh", concurrency: 1 } as const;
  const { rows, reason } = await run({ run: ask, data, scorers: [judge] }, options);
  expect(reason).toBe("cost");
  expect(rows).toHaveLength(10);
});

test("a limit of cost on a model without a price is refused, since it cannot be kept", async () => {
  await using unpriced = await startHarness({ tasks: { ask: { model: "local/some-model" } } });
  const asking = (input: string): Promise<unknown> =>
    unpriced.seam.complete("ask", { prompt: input });
  await expect(run({ run: asking }, { maxCostUsd: 1, concurrency: 1 })).rejects.toThrow(
    /nobody knows what local\/some-model costs/,
  );
});

test("time that is up, and a stop from outside, abort what is under way and leave no row of it", async () => {
  const seen: unknown[] = [];
  const hanging = async (input: string, { signal }: { readonly signal: AbortSignal }) => {
    if (input === "B") return "quick";
    signal.addEventListener("abort", () => seen.push(signal.reason));
    return await new Promise<never>(() => {});
  };
  const timed = await run({ run: hanging }, { maxTimeMs: 1_000 });
  expect([timed.reason, timed.rows.map(trialKey)]).toEqual(["time", ["1 b"]]);
  const stop = new AbortController();
  const rows: TrialRecord[] = [];
  const onRow = (row: TrialRecord): void => {
    rows.push(row);
    stop.abort("enough");
  };
  const stopped = await run({ run: hanging }, { signal: stop.signal, onRow });
  expect([stopped.reason, rows.map(trialKey)]).toEqual(["stopped", ["1 b"]]);
  expect(seen).toHaveLength(2);
});

test("filters, shards and what was run before choose trials; shards make the whole together", async () => {
  const data = Array.from({ length: 40 }, (_, index) => ({
    id: `case-${index}`,
    input: String(index),
  }));
  const keys = async (over: Partial<RunOptions>): Promise<string[]> =>
    (await run({ run: () => 1, data }, over)).rows.map(trialKey);
  expect(await keys({ filter: "suite/case-1" })).toHaveLength(11);
  expect(await keys({ filter: /case-1$/g })).toEqual(["1 case-1"]);
  expect(await keys({ sample: 3 })).toHaveLength(3);
  const rest = (await run({ run: () => 1, data: data.slice(1) })).rows;
  expect(await keys({ resume: triedBy(rest) })).toEqual(["1 case-0"]);
  const shards = await Promise.all([1, 2, 3, 4].map((index) => keys({ shard: { index, of: 4 } })));
  expect(Math.min(...shards.map(({ length }) => length))).toBeGreaterThan(0);
  expect(shards.flat().sort()).toEqual((await keys({})).sort());
});

function triedBy(rows: readonly TrialRecord[]): Map<string, string> {
  return new Map(rows.map((row) => [trialKey(row), hashOfCase(JSON.parse(JSON.stringify(row)))]));
}

test.each([
  ["changed", "Q", /the case "a" is another one now/],
  ["gone", undefined, /1 of its trials are of cases that are gone/],
])(
  "a run is not gone on with where a case is %s, and no model is asked",
  async (_, input, message) => {
    const b = { id: "b", input: "B" };
    const resume = triedBy((await run({ run: () => 1, data: [{ id: "a", input: "A" }, b] })).rows);
    const data = input === undefined ? [b, { id: "c", input: "C" }] : [{ id: "a", input }, b];
    await expect(run({ run: ask, data }, { resume })).rejects.toThrow(message);
    expect(requests()).toBe(0);
  },
);

test("a row that cannot be kept ends the run loudly", async () => {
  const onRow = (): never => {
    throw new Error("the disk is full");
  };
  await expect(run({ run: ask }, { onRow })).rejects.toThrow("the disk is full");
});
