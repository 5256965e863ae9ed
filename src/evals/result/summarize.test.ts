import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { baselineOf } from "../baseline/baseline.ts";
import type { RunRow } from "../run/records.ts";
import type { SuiteResult } from "./result.ts";
import {
  done,
  type MadeTrial,
  metric,
  runOf,
  runStart,
  streamOf,
  trialOf,
} from "./rows.testkit.ts";
import { type SummarizeOptions, summarize } from "./summarize.ts";

function summaryOf(rows: readonly RunRow[], options: SummarizeOptions = {}): Promise<SuiteResult> {
  return summarize(() => streamOf(rows), options);
}

function cases(
  scores: readonly (number | string | null)[],
  over: Partial<MadeTrial> = {},
): MadeTrial[] {
  return scores.map((accuracy, index) => ({ case: `c${index}`, scores: { accuracy }, ...over }));
}

const judged = metric("helpful", { judge: { task: "grade", rubric: "r1", kind: "pairwise" } });

describe("counts", () => {
  test("tell scores, what does not apply, and every kind of fault apart", async () => {
    const rows = runOf(
      [
        { case: "a", scores: { accuracy: 1, helpful: 0.5 }, cached: true },
        { case: "b", scores: { accuracy: "it broke", helpful: "no verdict" } },
        { case: "c", scores: { accuracy: null, helpful: "no verdict" } },
        {
          case: "d",
          scores: { accuracy: 0, helpful: 0 },
          error: { kind: "feature", code: "Refused", message: "no" },
        },
        { case: "e", error: { kind: "untried", code: "RateLimited", message: "later" } },
      ],
      { metrics: [metric("accuracy"), judged] },
    );
    const { counts, metrics } = await summaryOf(rows);
    expect(counts).toEqual({
      cases: 5,
      trials: 5,
      failed: 1,
      untried: 1,
      scorerFaults: 1,
      judgeFaults: 2,
      cached: 1,
    });
    expect(metrics.map((each) => each.counts)).toEqual([
      { scored: 2, notApplicable: 1, faults: 2 },
      { scored: 2, notApplicable: 0, faults: 3 },
    ]);
    expect(metrics.map(({ estimate }) => estimate?.mean)).toEqual([0.5, 0.25]);
  });

  test("costs are sums, and unknown as soon as one is", async () => {
    const rows = runOf([
      { case: "a", spentUsd: 0.25, judgeUsd: 0.5 },
      { case: "b", spentUsd: 0.5, judgeUsd: null },
    ]);
    expect((await summaryOf(rows)).cost).toEqual({ spentUsd: 0.75, judgeUsd: null });
  });

  test("prompts are named once, sorted", async () => {
    const call = { id: "1", task: "sort", target: "a/b", model: "b", prompt: "p2" };
    const calls = [call, { ...call, id: "2" }, { ...call, prompt: "p1" }];
    const rows = runOf(cases([1, 1], { calls }));
    expect((await summaryOf(rows)).prompts).toEqual([
      { task: "sort", prompt: "p1" },
      { task: "sort", prompt: "p2" },
    ]);
  });

  test("why scores are missing is told, the most frequent reason first", async () => {
    const untried = { kind: "untried", code: "Overloaded", message: "HTTP 503" } as const;
    const rows = runOf([
      { case: "a", scores: { accuracy: "no reply" } },
      { case: "b", error: untried },
      { case: "c", error: untried },
      ...cases([1, 0]).map((each) => ({ ...each, case: `${each.case}-fine` })),
    ]);
    expect((await summaryOf(rows)).faults).toEqual([
      { metric: null, message: "Overloaded: HTTP 503", count: 2 },
      { metric: "accuracy", message: "no reply", count: 1 },
    ]);
  });

  test("metrics with the names of what every object has have no score but their own", async () => {
    const rows = runOf(cases([1]), { metrics: [metric("toString"), metric("__proto__")] });
    expect((await summaryOf(rows)).metrics.map(({ counts }) => counts.faults)).toEqual([1, 1]);
  });
});

describe("trials", () => {
  const trials = (id: string, scores: readonly (number | null)[]): MadeTrial[] =>
    scores.map((accuracy, index) => ({ case: id, trial: index + 1, scores: { accuracy } }));

  test("are averaged for each case first, however many have a score", async () => {
    const rows = runOf([...trials("a", [1, 1, 1, 1]), ...trials("b", [0, null, null, null])], {
      trials: 4,
    });
    const [accuracy] = (await summaryOf(rows)).metrics;
    expect(accuracy?.estimate).toMatchObject({ n: 2, mean: 0.5 });
  });

  test("pass@k and pass^k are means over cases", async () => {
    const rows = runOf([...trials("a", [1, 1, 0, 0]), ...trials("b", [1, 1, 1, 1])], { trials: 4 });
    const [accuracy] = (await summaryOf(rows)).metrics;
    expect(accuracy?.passAtK).toEqual([0.75, (5 / 6 + 1) / 2, 1, 1]);
    expect(accuracy?.passHatK).toEqual([0.75, (1 / 6 + 1) / 2, 0.5, 0.5]);
  });

  test("a trial that comes twice counts once, and that is said", async () => {
    const rows = runOf([...trials("a", [1]), ...trials("a", [0])]);
    const result = await summaryOf(rows);
    expect(result.metrics[0]?.estimate?.mean).toBe(1);
    expect(result.gate.warnings).toContain("1 trial came twice; the first one counts.");
  });
});

test("latency, cost and tokens have means and ranks of trials that know them", async () => {
  const rows = runOf(
    [10, 20, 30, null].map((latencyMs, index) => ({ case: `c${index}`, latencyMs, tokens: null })),
  );
  const before = runOf([
    { case: "c0", latencyMs: 40 },
    { case: "gone", latencyMs: 1_000 },
  ]);
  const baseline = await baselineOf(streamOf(before), "before");
  const { measures } = await summaryOf(rows, { baseline });
  expect(measures.latencyMs).toEqual({ mean: 20, p50: 20, p95: 30, baselineMean: 40 });
  expect(measures.tokens).toEqual({ mean: null, p50: null, p95: null, baselineMean: 100 });
});

describe("slices", () => {
  const rows = (score: (index: number) => number): RunRow[] =>
    runOf(
      Array.from({ length: 40 }, (_, index) => ({
        case: `c${index}`,
        scores: { accuracy: score(index) },
        metadata: { language: index < 30 ? "de" : "en", tags: ["all", index], vip: index === 0 },
      })),
      { slices: ["language", "tags", "missing"] },
    );

  test("are the values of declared fields, the most frequent ones first; a list has several", async () => {
    const { slices, gate } = await summaryOf(rows((index) => (index < 30 ? 1 : 0)));
    expect(
      slices
        .slice(0, 3)
        .map(({ field, value, metrics }) => [
          field,
          value,
          metrics[0]?.estimate?.n,
          metrics[0]?.estimate?.mean,
        ]),
    ).toEqual([
      ["language", "de", 30, 1],
      ["language", "en", 10, 0],
      ["tags", "all", 40, 0.75],
    ]);
    expect(slices).toHaveLength(2 + 41);
    expect(gate.warnings.join(" ")).not.toContain("told apart");
  });

  test("are compared, corrected for all of them, and fail no gate", async () => {
    const baseline = await baselineOf(streamOf(rows(() => 1)), "before");
    const now = rows((index) => (index >= 30 ? 0 : 1));
    const { slices, gate, metrics } = await summaryOf(now, {
      baseline,
      gate: { metrics: { accuracy: { failOn: [] } } },
    });
    const english = slices.find(({ value }) => value === "en")?.metrics[0]?.comparison;
    expect(english).toMatchObject({ n: 10, difference: -1 });
    expect(english?.adjustedP).toBeCloseTo(43 * (english?.p ?? 0), 6);
    expect(metrics[0]?.comparison?.adjustedP).toBe(metrics[0]?.comparison?.p);
    expect(gate.passed).toBe(true);
  });

  test("too many values of a field are left out, and that is said", async () => {
    const many = runOf(
      Array.from({ length: 60 }, (_, user) => ({ case: `c${user}`, metadata: { user } })),
      { slices: ["user"] },
    );
    const { slices, gate } = await summaryOf(many);
    expect(slices).toHaveLength(50);
    expect(gate.warnings).toContain("user has 10 more values than are told apart.");
  });
});

describe("worst cases", () => {
  test("critical failures first, then the largest falls, then the lowest scores; what is well is not among them", async () => {
    const before = runOf(cases([0, 1, 0.8, 1, 1, 1]));
    const baseline = await baselineOf(streamOf(before), "before");
    const now = cases([0, 0.6, 0.1, 1, 0.9, 0.99]).map((each) =>
      each.case === "c5" ? { ...each, critical: true } : each,
    );
    const { worst } = await summaryOf(runOf(now), { baseline, worst: 4 });
    expect(worst.map(({ id }) => id)).toEqual(["c5", "c2", "c1", "c4", "c0"]);
    expect(worst[1]).toMatchObject({
      scores: { accuracy: 0.1 },
      baseline: { accuracy: 0.8 },
      before: { output: "an answer", error: null },
    });
  });

  test("show the worst trial of a case, whole", async () => {
    const rows = runOf(
      [
        { case: "a", trial: 3, error: { kind: "untried", code: "Overloaded", message: "later" } },
        { case: "a", trial: 2, scores: { accuracy: 0 }, output: "the bad one" },
        { case: "a", trial: 1, scores: { accuracy: 1 }, output: "the good one" },
      ],
      { trials: 3 },
    );
    const { worst } = await summaryOf(rows);
    expect(worst[0]?.trial).toEqual(rows[2]);
    expect(worst[0]).toMatchObject({
      id: "a",
      scores: { accuracy: 0.5 },
      baseline: null,
      before: null,
    });
  });
});

describe("whatever the order of the rows, and whether in shards or not", () => {
  const scored = fc.option(fc.constantFrom(0, 0.1, 0.2, 0.7, 1), { nil: null });
  const trialsArbitrary = fc.uniqueArray(
    fc.record({
      case: fc.constantFrom("a", "b", "c", "d", "e", "f"),
      trial: fc.integer({ min: 1, max: 3 }),
      accuracy: scored,
    }),
    { selector: ({ case: id, trial }) => `${id} ${trial}`, minLength: 1 },
  );

  test("the result is the same", async () => {
    await fc.assert(
      fc.asyncProperty(trialsArbitrary, fc.infiniteStream(fc.double()), async (made, order) => {
        const trials = made.map(({ accuracy, ...each }) =>
          trialOf({
            ...each,
            scores: { accuracy },
            cluster: each.case < "c" ? "one" : "two",
            metadata: { half: each.case < "d" },
            spentUsd: 0.5,
            latencyMs: 10,
            costUsd: 0.5,
          }),
        );
        const over = { trials: 3, slices: ["half"] };
        const baseline = await baselineOf(
          streamOf([runStart(over), ...trials.filter(({ trial }) => trial === 1), done]),
          "before",
        );
        const whole = await summaryOf([runStart(over), ...trials, done], { baseline });
        const shuffled = trials
          .map((trial) => ({ trial, key: order.next().value }))
          .sort((one, other) => one.key - other.key)
          .map(({ trial }) => trial);
        expect(await summaryOf([runStart(over), ...shuffled, done], { baseline })).toEqual(whole);
        const shard = (index: number, isMine: (id: string) => boolean): RunRow[] => [
          runStart({ ...over, run: `run-${index}`, shard: { index, of: 2 } }),
          ...shuffled.filter(({ case: id }) => isMine(id)),
          done,
        ];
        const shards = [...shard(1, (id) => id < "d"), ...shard(2, (id) => id >= "d")];
        expect(await summaryOf(shards, { baseline })).toEqual(whole);
      }),
      { numRuns: 60 },
    );
  });
});

test("rows that do not begin with a run are refused", async () => {
  await expect(summaryOf([])).rejects.toThrow(/not the file of a run/);
  await expect(summaryOf([trialOf({ case: "a" })])).rejects.toThrow(/not the file of a run/);
});
