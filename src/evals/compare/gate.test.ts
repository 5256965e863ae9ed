import { describe, expect, test } from "vitest";
import { baselineOf } from "../baseline/baseline.ts";
import type { Calibration, CalibrationState } from "../judge/calibration.ts";
import type { GateResult, SuiteResult } from "../result/result.ts";
import {
  done,
  type MadeTrial,
  metric,
  runOf,
  runStart,
  streamOf,
  trialOf,
} from "../result/rows.testkit.ts";
import { type SummarizeOptions, summarize } from "../result/summarize.ts";
import type { RunEnd, RunRow, RunStart } from "../run/records.ts";
import type { Gate } from "../suite/gate.ts";

function cases(scores: readonly number[], over: Partial<MadeTrial> = {}): MadeTrial[] {
  return scores.map((accuracy, index) => ({ case: `c${index}`, scores: { accuracy }, ...over }));
}

/** So many cases of which so many fail. */
function binary(size: number, failing: number): number[] {
  return Array.from({ length: size }, (_, index) => (index < failing ? 0 : 1));
}

async function judged(
  now: readonly RunRow[],
  before: readonly RunRow[] | null,
  gate: Gate = {},
  options: SummarizeOptions = {},
): Promise<SuiteResult> {
  const baseline = before === null ? undefined : await baselineOf(streamOf(before), "the baseline");
  return summarize(() => streamOf(now), { gate, baseline, ...options });
}

async function gateOf(...args: Parameters<typeof judged>): Promise<GateResult> {
  return (await judged(...args)).gate;
}

const good = runOf(cases(binary(80, 4)));
const worse = runOf(cases(binary(80, 20)));

describe("verdicts", () => {
  test("regressed fails, and says by how much and what to do", async () => {
    const { metrics, gate } = await judged(worse, good);
    expect(metrics[0]?.comparison).toMatchObject({
      verdict: "regressed",
      mcnemar: { broke: 16, mended: 0 },
    });
    expect(gate).toMatchObject({ passed: false, warnings: [], tooManyFaults: false });
    expect(gate.failures[0]).toMatch(
      /^accuracy regressed: 0\.95 → 0\.75 \(−0\.20, 95 % −0\.\d+ to −0\.\d+, p < 0\.001, 80 cases\); .*--accept/,
    );
  });

  test("improved passes, unless the gate says otherwise", async () => {
    expect(await gateOf(good, worse)).toMatchObject({ passed: true, failures: [] });
    const { failures } = await gateOf(good, worse, { failOn: ["improved"] });
    expect(failures[0]).toMatch(
      /^accuracy improved, which the gate does not expect: 0\.75 → 0\.95/,
    );
  });

  test("a tiny suite is underpowered, and is told how many cases it needs", async () => {
    const tiny = runOf(cases(binary(5, 1)));
    const { metrics, gate } = await judged(tiny, runOf(cases(binary(5, 0))), {
      failOn: ["underpowered"],
    });
    const comparison = metrics[0]?.comparison;
    expect(comparison).toMatchObject({ verdict: "underpowered", detectable: null });
    expect(comparison?.casesForEffect).toBeGreaterThan(100);
    expect(gate.failures[0]).toMatch(
      /^accuracy is underpowered: the suite could not have seen any change with 5 cases; 0\.05 needs about [\d,]+ cases/,
    );
    expect((await gateOf(tiny, runOf(cases(binary(5, 0))))).passed).toBe(true);
  });

  test("a large suite where nothing changes shows no evidence", async () => {
    const large = runOf(cases(binary(1_000, 100)));
    const { metrics, gate } = await judged(large, large, { failOn: ["no evidence"] });
    expect(metrics[0]?.comparison).toMatchObject({ verdict: "no evidence", difference: 0, p: 1 });
    expect(gate.failures[0]).toMatch(/^accuracy shows no evidence of a change/);
  });

  test("the effect of interest tells the two apart", async () => {
    const small = runOf(cases(binary(50, 5)));
    const verdictAt = async (effect: number): Promise<string | undefined> =>
      (await judged(small, small, { metrics: { accuracy: { effect } } })).metrics[0]?.comparison
        ?.verdict;
    expect([await verdictAt(0.01), await verdictAt(0.5)]).toEqual(["underpowered", "no evidence"]);
  });

  test("a metric's own rule wins over the suite's", async () => {
    const gate: Gate = { failOn: ["regressed"], metrics: { accuracy: { failOn: [] } } };
    expect((await gateOf(worse, good, gate)).passed).toBe(true);
  });

  test("what one metric shows by chance is corrected for all of them", async () => {
    const names = Array.from({ length: 8 }, (_, index) => `m${index}`);
    const run = (broken: number): RunRow[] =>
      runOf(
        Array.from({ length: 40 }, (_, index) => ({
          case: `c${index}`,
          scores: Object.fromEntries(
            names.map((name) => [name, name === "m0" && index < broken ? 0 : 1]),
          ),
        })),
        { metrics: names.map((name) => metric(name)) },
      );
    const comparison = (await judged(run(6), run(0))).metrics[0]?.comparison;
    expect(comparison?.p).toBeCloseTo(2 ** -5, 10);
    expect(comparison).toMatchObject({
      adjustedP: 8 * (comparison?.p ?? 0),
      verdict: "underpowered",
    });
    const { failures } = await gateOf(run(12), run(0));
    expect(failures[0]).toMatch(
      /^m0 regressed: .*p < 0\.001, 0\.00\d with all metrics, 40 cases\)/,
    );
  });
});

test("rare failures of a run that tries more often than its baseline did are no regression", async () => {
  const once = runOf(cases(binary(40, 0)));
  const fiveTimes = runOf(
    Array.from({ length: 40 }, (_, index) =>
      [1, 2, 3, 4, 5].map((trial) => ({
        case: `c${index}`,
        trial,
        scores: { accuracy: index < 7 && trial === 1 ? 0 : 1 },
      })),
    ).flat(),
    { trials: 5 },
  );
  const comparison = (await judged(fiveTimes, once)).metrics[0]?.comparison;
  expect(comparison).toMatchObject({ verdict: "underpowered", mcnemar: null });
  expect(comparison?.p).toBeGreaterThan(0.1);
});

describe("thresholds", () => {
  test.each<[Gate["metrics"], boolean]>([
    [{ accuracy: { atLeast: 0.95 } }, true],
    [{ accuracy: { atLeast: 0.96 } }, false],
    [{ accuracy: { atLeast: 0.85, bound: "low" } }, true],
    [{ accuracy: { atLeast: 0.9, bound: "low" } }, false],
    [{ accuracy: { margin: 0.2 } }, true],
    [{ accuracy: { margin: 0.001 } }, false],
  ])("%j: passes %s", async (metrics, passed) => {
    const { gate } = await judged(good, good, { metrics });
    expect(gate.passed).toBe(passed);
    expect(gate.failures).toHaveLength(passed ? 0 : 1);
  });

  test("few cases do not show that nothing got worse by the margin, however steady they are", async () => {
    const steady = runOf(cases([0.81, 0.8, 0.79, 0.8, 0.82]));
    const before = runOf(cases([0.8, 0.81, 0.8, 0.79, 0.82]));
    const { failures } = await gateOf(steady, before, { metrics: { accuracy: { margin: 0.05 } } });
    expect(failures).toEqual([expect.stringMatching(/^accuracy may be worse by more than 0\.05/)]);
  });

  test("sums of fractions do not fail what reaches them exactly", async () => {
    const tenths = runOf(cases([0.1, 0.2, 0.3, 0.1, 0.1, 0.1]));
    expect((await gateOf(tenths, null, { metrics: { accuracy: { atLeast: 0.15 } } })).passed).toBe(
      true,
    );
  });

  test("a metric without any score, and one that there is not, fail", async () => {
    const nothing = runOf([{ case: "a", scores: { accuracy: null } }]);
    const { failures } = await gateOf(nothing, null, {
      metrics: { accuracy: { atLeast: 0.5 }, tone: {} },
    });
    expect(failures).toEqual([
      expect.stringMatching(/^No scorer applied to any case, so nothing is known/),
      "The gate names tone, and the suite has no such metric: it has accuracy.",
      "accuracy has no score, and the gate asks for at least 0.50; look at its faults.",
    ]);
  });
});

describe("critical cases", () => {
  const trial = (over: Partial<MadeTrial>): MadeTrial => ({
    case: "refund",
    critical: true,
    ...over,
  });

  test("fail the suite by themselves, also when one trial of several fails", async () => {
    const rows = runOf(
      [
        ...cases(binary(50, 0)),
        trial({ scores: { accuracy: 1 } }),
        trial({ trial: 2, scores: { accuracy: 0 } }),
      ],
      { trials: 2 },
    );
    expect((await gateOf(rows, rows)).failures).toEqual([
      "The critical case refund fails accuracy in 1 of 2 trials.",
    ]);
  });

  test("do not pass because nobody could score them; what does not apply is no failure", async () => {
    const many = cases(binary(50, 0));
    const faulty = await gateOf(
      runOf([...many, trial({ scores: { accuracy: "it broke" } })]),
      null,
    );
    expect(faulty.failures[0]).toMatch(/^The critical case refund has no score of accuracy/);
    const inapplicable = runOf([...many, trial({ scores: { accuracy: null } })]);
    expect((await gateOf(inapplicable, null)).passed).toBe(true);
  });

  test("pass at the metric's own mark", async () => {
    const rows = runOf([trial({ scores: { overlap: 0.6 } })], {
      metrics: [metric("overlap", { passAt: 0.6 })],
    });
    expect((await gateOf(rows, null)).passed).toBe(true);
  });
});

describe("faults", () => {
  const mixed = (faults: number): RunRow[] =>
    runOf([
      ...cases(binary(100 - faults, 0)),
      ...Array.from({ length: faults }, (_, index) => ({
        case: `f${index}`,
        scores: { accuracy: "it broke" },
      })),
    ]);

  test("up to a share are borne; beyond it nothing can be said", async () => {
    expect(await gateOf(mixed(5), null)).toMatchObject({ passed: true, tooManyFaults: false });
    const gate = await gateOf(mixed(6), null);
    expect(gate).toMatchObject({ passed: false, tooManyFaults: true });
    expect(gate.failures[0]).toMatch(/^accuracy lacks 6 of 100 scores, .* allows 5 %/);
    expect((await gateOf(mixed(6), null, { maxFaults: 0.1 })).passed).toBe(true);
    expect((await gateOf(mixed(1), null, { maxFaults: 0 })).tooManyFaults).toBe(true);
  });

  test("a run in which nothing could be tried has no result", async () => {
    const error = { kind: "untried", code: "AuthenticationFailed", message: "no key" } as const;
    const { metrics, gate } = await judged(
      runOf([
        { case: "a", error },
        { case: "b", error },
      ]),
      good,
    );
    expect(metrics[0]).toMatchObject({ estimate: null, comparison: null });
    expect(gate).toMatchObject({ passed: false, tooManyFaults: true });
  });

  test("a run in which no scorer applied does not pass, with or without a baseline", async () => {
    const nothing = runOf([{ case: "a", scores: { accuracy: null } }]);
    const said = [expect.stringMatching(/^No scorer applied to any case/)];
    expect((await gateOf(nothing, null)).failures).toEqual(said);
    expect((await gateOf(nothing, good)).failures).toEqual(said);
  });

  test("a run without any case does not pass", async () => {
    const { failures } = await gateOf([runStart(), done], good);
    expect(failures).toEqual([expect.stringMatching(/^There was no case to run/)]);
  });
});

describe("the baseline", () => {
  test("may be missing, and that is said; a gate can ask for one", async () => {
    expect(await gateOf(good, null)).toMatchObject({
      passed: true,
      warnings: [expect.stringMatching(/^There is nothing to compare with: .*--accept/)],
    });
    expect(await gateOf(good, null, { baseline: true })).toMatchObject({
      passed: false,
      warnings: [],
    });
    const others = runOf([{ case: "other", scores: { accuracy: 1 } }]);
    expect((await gateOf(good, others, { baseline: true })).failures[0]).toMatch(
      /the baseline has no case of this run/,
    );
  });

  test("cases of one side only, and cases that ask something else now, are named and not compared", async () => {
    const before = runOf([
      { case: "same", scores: { accuracy: 1 } },
      { case: "input", scores: { accuracy: 1 } },
      { case: "expected", scores: { accuracy: 1 } },
      { case: "gone", scores: { accuracy: 1 } },
      { case: "lost", scores: { accuracy: 1 } },
    ]);
    const now = runOf([
      { case: "same", scores: { accuracy: 1 } },
      { case: "input", scores: { accuracy: 0 }, input: { text: "something else" } },
      { case: "expected", scores: { accuracy: 0 }, expected: "something else" },
      { case: "new", scores: { accuracy: 0 } },
      { case: "lost", scores: { accuracy: null } },
    ]);
    const { metrics, gate, baseline } = await judged(now, before);
    expect(metrics[0]?.comparison).toMatchObject({ n: 1, difference: 0 });
    expect(baseline).toMatchObject({ cases: 5, onlyNow: 1, onlyBefore: 1 });
    expect(gate.warnings).toEqual([
      "2 cases ask or expect something else than in the baseline under the same id, and are not compared: expected, input.",
      "1 case is not in the baseline: new.",
      "1 case of the baseline is gone: gone.",
      "accuracy: 1 case that had a score in the baseline has none now: lost.",
    ]);
  });

  test("metrics of one side only are named, and so is another suite", async () => {
    const scores = { accuracy: 1, tone: 1 };
    const before = runOf([{ case: "a", scores }], { suite: "old", metrics: [metric("tone")] });
    const now = runOf([{ case: "a", scores }]);
    const { warnings } = await gateOf(now, before, { metrics: { accuracy: { margin: 0.1 } } });
    expect(warnings).toEqual([
      "The baseline the baseline is of the suite old, not of tickets.",
      expect.stringMatching(
        /^accuracy is not in the baseline, so its margin is not checked: .*--accept/,
      ),
      "The baseline also has tone, which no scorer gives now.",
    ]);
  });
});

describe("judges", () => {
  const helpful = metric("helpful", { judge: { task: "grade", rubric: "r1", kind: "pairwise" } });
  const calibration: Calibration = {
    metric: "helpful",
    task: "grade",
    target: "a/b",
    model: "b",
    rubric: "r1",
    kind: "pairwise",
    n: 100,
    agreement: 0.9,
    kappa: 0.7,
    kappaLow: 0.6,
    kappaHigh: 0.8,
    bias: 0.1,
    biasSd: 0.3,
    at: "2026-11-24",
  };
  const rows = runOf(
    Array.from({ length: 40 }, (_, index) => ({
      case: `c${index}`,
      scores: { helpful: { score: index < 32 ? 1 : 0.5, details: { inconsistent: index >= 32 } } },
      judgeCalls: {
        helpful: [{ id: `j${index}`, task: "grade", target: "a/b", model: "b", prompt: "p" }],
      },
    })),
    { metrics: [helpful] },
  );

  test("that nobody has compared with people are told so, and can be refused", async () => {
    const { metrics, gate } = await judged(rows, null, { baseline: false });
    expect(metrics[0]).toMatchObject({ calibration: { kind: "missing" }, inconsistency: 0.2 });
    expect(gate.passed).toBe(true);
    expect(gate.warnings[0]).toMatch(/^The judge of helpful was never compared with people/);
    const refused = await gateOf(rows, null, { uncalibrated: "fail" });
    expect(refused.failures).toEqual([expect.stringMatching(/never compared/)]);
  });

  test("that are others now are told so; each different call is asked about once", async () => {
    const asked: unknown[] = [];
    const stale: CalibrationState = {
      kind: "stale",
      calibration,
      why: "Its model was a, and is b.",
    };
    const { gate } = await judged(
      rows,
      null,
      { uncalibrated: "fail" },
      {
        calibrationOf: (about, calls) => {
          asked.push(about.name, calls.length);
          return stale;
        },
      },
    );
    expect(asked).toEqual(["helpful", 1]);
    expect(gate.failures[0]).toMatch(/is another one now: Its model was a, and is b\./);
  });

  test("the score of a judge that was compared with people is corrected, and the gate asks that one", async () => {
    const calibrationOf = (): CalibrationState => ({ kind: "calibrated", calibration });
    const { metrics, gate } = await judged(
      rows,
      null,
      { uncalibrated: "fail", metrics: { helpful: { atLeast: 0.85 } } },
      { calibrationOf },
    );
    expect(metrics[0]?.estimate?.mean).toBe(0.9);
    expect(metrics[0]?.corrected).toMatchObject({ method: "prediction-powered" });
    expect(metrics[0]?.corrected?.mean).toBeCloseTo(0.8, 12);
    expect(gate.failures).toEqual([
      expect.stringMatching(
        /^helpful is too low: its mean, corrected by labels of people, is below 0\.85 \(0\.80, 95 %/,
      ),
    ]);
  });
});

describe("what is not the whole suite", () => {
  const ended = (reason: RunEnd["reason"]): RunEnd => ({ ...done, reason });
  const part = (over: Partial<RunStart>, end: readonly RunRow[] = [done]): RunRow[] => [
    runStart(over),
    ...cases([1], { case: over.run ?? "c" }).map(trialOf),
    ...end,
  ];

  test.each([
    ["cost", [ended("cost")], /reached its limit of cost/],
    ["time", [ended("time")], /reached its limit of time/],
    ["Ctrl-C", [ended("stopped")], /was stopped/],
    ["a killed process", [], /broke off/],
  ])("a run that ended early by %s does not pass", async (_, end, why) => {
    const { failures } = await gateOf(part({}, end), null);
    expect(failures).toEqual([expect.stringMatching(why)]);
    expect(failures[0]).toContain("seam eval --resume run-1");
  });

  test("a run that goes on in its file passes when it is done", async () => {
    const rows = [...part({}, [ended("stopped")]), ...part({})];
    expect((await gateOf(rows, null)).failures).toEqual([]);
  });

  test("a shard by itself says that it is one, and fails by critical cases only", async () => {
    const shard = { index: 2, of: 4 };
    const bad = part({ shard });
    const gate: Gate = { metrics: { accuracy: { atLeast: 1 } } };
    expect(
      await gateOf(
        [...bad.slice(0, 1), trialOf({ case: "x", scores: { accuracy: 0 } }), done],
        null,
        gate,
      ),
    ).toMatchObject({
      passed: true,
      failures: [],
      warnings: [expect.stringMatching(/^This is shard 2 of 4/), expect.anything()],
    });
    const critical = [
      runStart({ shard }),
      trialOf({ case: "x", critical: true, scores: { accuracy: 0 } }),
      done,
    ];
    expect((await gateOf(critical, null)).passed).toBe(false);
  });

  test("shards that are missing are named, and so is one that broke off", async () => {
    const shards = [1, 3].flatMap((index) =>
      part({ run: `s${index}`, shard: { index, of: 4 } }, index === 3 ? [] : [done]),
    );
    const { end, gate } = await judged(shards, null);
    expect(end).toBeNull();
    expect(gate.failures).toEqual([
      expect.stringMatching(/^The run s3, shard 3 of 4, broke off/),
      "Of 4 shards these are missing: 2, 4. Merge the files of all of them.",
    ]);
  });

  test("a filter is named, and cases that it leaves out are not called gone", async () => {
    const rows = part({ filter: "refund" });
    const { warnings } = await gateOf(rows, [...part({}), ...part({ run: "other" })]);
    expect(warnings).toEqual([
      'Only cases that match "refund" were run: this is not the whole suite.',
    ]);
  });
});
