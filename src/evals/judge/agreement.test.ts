import { describe, expect, test } from "vitest";
import { type Agreement, agreementOf, type JudgedLabel } from "./agreement.ts";
import { appraise } from "./appraise.ts";
import type { PairOrders, PairVerdict } from "./pairwise.ts";

const pair = {
  kind: "pairwise",
  verdicts: [
    { verdict: "loss", score: 0 },
    { verdict: "tie", score: 0.5 },
    { verdict: "win", score: 1 },
  ],
} as const;
const scale = {
  kind: "scale",
  verdicts: [1, 2, 3, 4, 5].map((verdict) => ({ verdict, score: (verdict - 1) / 4 })),
} as const;

interface Given {
  readonly human: string | number;
  readonly judge: string | number;
  readonly times?: number;
  readonly length?: number;
  readonly orders?: readonly PairOrders[];
}

function agreementIn(judge: Parameters<typeof agreementOf>[1], given: readonly Given[]): Agreement {
  const known = (verdict: string | number) => {
    const found = judge.verdicts.find((one) => one.verdict === verdict);
    if (found === undefined) throw new Error(`no verdict ${verdict}`);
    return found;
  };
  const labels = given.flatMap(({ human, judge: said, times = 1, length = 0, orders = [] }) =>
    Array.from(
      { length: times },
      (): Omit<JudgedLabel, "id"> => ({
        human: known(human),
        judge: said,
        score: known(said).score,
        length,
        orders,
      }),
    ),
  );
  return agreementOf(
    labels.map((label, index) => ({ id: `case-${index}`, ...label })),
    judge,
  );
}

const orders = (shownFirst: PairVerdict, shownSecond: PairVerdict): readonly PairOrders[] => [
  { shownFirst, shownSecond },
];

describe("GPT-4 on 200 pairs of MT-Bench in LLMBar (Zeng et al. 2024)", () => {
  // Counts of the published verdicts, with the second order as what it says of the first answer.
  const found = agreementIn(pair, [
    { human: "win", judge: "win", times: 81 },
    { human: "loss", judge: "loss", times: 78 },
    { human: "win", judge: "loss", times: 20 },
    { human: "loss", judge: "win", times: 21 },
  ]);

  test("agrees with people in 79.5 % of them, kappa 0.59", () => {
    expect(found.agreement.mean).toBeCloseTo(0.795, 10);
    expect(found.kappa?.kappa).toBeCloseTo(0.5899, 4);
    expect(found.confusion).toEqual({
      verdicts: ["loss", "win"],
      table: [
        [78, 21],
        [20, 81],
      ],
    });
  });

  test("no figure is without its interval, and more labels are asked for", () => {
    expect(found.agreement.low).toBeCloseTo(0.7337, 3);
    expect(found.kappa?.low).toBeLessThan(0.5);
    expect(found.kappa?.high).toBeGreaterThan(0.66);
    expect(found.labelsNeeded).toBeGreaterThan(200);
    expect(appraise(found)).toEqual([
      expect.stringMatching(
        /^Agreement beyond chance may be anything from moderate to substantial/,
      ),
      expect.stringMatching(/^200 labels tell kappa to within ±0\.12; about 2\d\d like these/),
    ]);
  });
});

test("a scale that is missed by little agrees more than one that is missed by much", () => {
  const by = (step: number) =>
    agreementIn(
      scale,
      [1, 2, 3, 4, 5].flatMap((human) => [
        { human, judge: human, times: 6 },
        { human, judge: human + step > 5 ? human - step : human + step, times: 4 },
      ]),
    ).kappa?.kappa ?? 0;
  expect(by(1)).toBeGreaterThan(by(2) + 0.1);
  expect(agreementIn(scale, [{ human: 4, judge: 5, times: 20 }]).weights).toBe("quadratic");
});

test("a judge that is a step too kind is said to be", () => {
  const found = agreementIn(scale, [
    { human: 2, judge: 3, times: 12 },
    { human: 3, judge: 4, times: 12 },
    { human: 1, judge: 1, times: 6 },
  ]);
  expect(found.bias.difference).toBeCloseTo(0.2, 10);
  expect(found.bias.sd).toBeCloseTo(0.1017, 3);
  expect(appraise(found).join("\n")).toMatch(/more lenient than people: .* \+0\.20 \(\+0\.1\d to/);
});

test("a judge that is drawn to what is shown first is said to be", () => {
  const found = agreementIn(pair, [
    { human: "win", judge: "tie", times: 15, orders: orders("win", "loss") },
    { human: "win", judge: "win", times: 15, orders: orders("win", "win") },
    { human: "loss", judge: "loss", times: 15, orders: orders("loss", "loss") },
    { human: "tie", judge: "tie", times: 5 },
  ]);
  expect(found.position?.firstWins).toMatchObject({ n: 45, mean: expect.closeTo(2 / 3, 10) });
  expect(found.position?.inconsistent.mean).toBeCloseTo(1 / 3, 10);
  expect(appraise(found).join("\n")).toMatch(/drawn to the output that is shown first/);
});

test("no bias is claimed that the labels do not show", () => {
  const found = agreementIn(pair, [
    { human: "win", judge: "tie", orders: orders("win", "loss") },
    { human: "win", judge: "win", times: 12, orders: orders("win", "win") },
    { human: "loss", judge: "loss", times: 12, orders: orders("loss", "loss") },
  ]);
  expect(appraise(found).join("\n")).not.toMatch(/drawn to|lenient|stricter|longer/);
});

test("a judge that likes what is long is said to", () => {
  const found = agreementIn(
    scale,
    Array.from({ length: 40 }, (_, index) => ({
      human: (index % 3) + 2,
      judge: (index % 3) + 2 + (index > 26 ? 1 : index < 13 ? -1 : 0),
      length: 100 + index,
    })),
  );
  expect(found.length?.rho).toBeGreaterThan(0.8);
  expect(appraise(found).join("\n")).toMatch(/thinks better of long outputs than people do/);
});

test("labels that are all the same, or nearly, say so", () => {
  const same = agreementIn(scale, [{ human: 5, judge: 5, times: 30 }]);
  expect(same).toMatchObject({ kappa: null, labelsNeeded: null, length: null });
  expect(appraise(same)).toEqual([expect.stringMatching(/^Nothing can be said of kappa/)]);
  const nearly = agreementIn(scale, [
    { human: 5, judge: 5, times: 27 },
    { human: 1, judge: 1, times: 3 },
  ]);
  expect(appraise(nearly).join("\n")).toMatch(/90 % of the labels are 5: .* Label more of them/);
});

test("an interval of no width is not taken for an exact one", () => {
  const alwaysGood = agreementIn(scale, [
    { human: 5, judge: 5, times: 20 },
    { human: 1, judge: 5, times: 10 },
  ]);
  expect(alwaysGood.kappa).toMatchObject({ kappa: 0, low: 0, high: 0 });
  expect(appraise(alwaysGood).join("\n")).toMatch(/say the same of all outputs/);
  expect(appraise(alwaysGood).join("\n")).not.toMatch(/±|is none/);
});

test("no labels are no agreement", () => {
  expect(() => agreementOf([], scale)).toThrow(RangeError);
});
