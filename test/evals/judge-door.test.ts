import { createSeam } from "llm-seam";
import { defineEval, type JudgeOptions, judge, type ScoredTrial } from "llm-seam/evals";
import { expect, test } from "vitest";

const seam = createSeam({
  store: false,
  tasks: { judge: { model: "anthropic/claude-haiku-4-5" } },
});
const scale = { from: 1, to: 5 };
const usual = { seam, task: "judge", rubric: "Is it kind?" } as const;
const hashOf = (options: Partial<JudgeOptions> = {}): string | undefined =>
  judge({ ...usual, scale, ...options } as JudgeOptions).judge?.rubric;

test.each([
  [{}, /give exactly one of `scale`, `labels` and `pairwise`/],
  [{ scale, labels: { a: 1, b: 0 } }, /give exactly one/],
  [{ scale: { from: 5, to: 1 } }, /scale\.to: expected more than 5/],
  [{ scale: { from: 0, to: 101 } }, /scale\.to: .*at most 101/],
  [{ scale: { from: 0.5, to: 2 } }, /scale\.from: expected a whole number/],
  [{ scale: { ...scale, anchors: { 7: "great" } } }, /scale\.anchors: "7" is no number/],
  [{ labels: { good: 1 } }, /labels: expected at least two/],
  [{ labels: { good: 2, bad: 0 } }, /labels\.good: /],
  [{ pairwise: { against: "expected" } }, /pairwise\.against: expected a function/],
  [{ scale, rubric: " " }, /rubric: /],
  [{ scale, task: undefined }, /task: expected a text/],
  [{ scale, seam: {} }, /seam: expected what `createSeam` returns/],
  [{ scale, samples: 0 }, /samples: /],
  [{ scale, samples: 26 }, /samples: /],
  [{ scale, passAt: 4 }, /passAt: /],
  [{ scale, show: { output: true } }, /show: .*output/],
  [{ scale, model: "openai/gpt-5" }, /config: .*model/],
])("%j is refused", (wrong, message) => {
  const options = { ...usual, ...wrong } as unknown as JudgeOptions;
  expect(() => judge(options)).toThrow(
    expect.objectContaining({ code: "ConfigError", message: expect.stringMatching(message) }),
  );
});

test("a judge is known by all that makes its verdicts", () => {
  expect(hashOf()).toBe(hashOf());
  const others = [
    { rubric: "Is it right?" },
    { rubric: () => "Is it kind?" },
    { scale: { from: 1, to: 4 } },
    { scale: { ...scale, anchors: { 5: "kind" } } },
    { scale: undefined, labels: { kind: 1, rude: 0 } },
    { scale: undefined, labels: { kind: 1, rude: 0.1 } },
    { scale: undefined, pairwise: {} },
    { samples: 3 },
    { of: String },
    { show: { input: false } },
  ].map(hashOf);
  expect(new Set([hashOf(), ...others]).size).toBe(others.length + 1);
});

test("its name and where it passes do not change its verdicts", () => {
  expect(hashOf({ name: "kind", passAt: 0.5 })).toBe(hashOf());
});

test("what a trial must reach, where the judge does not say", () => {
  expect(judge({ ...usual, scale }).passAt).toBeUndefined();
  expect(judge({ ...usual, pairwise: {} }).passAt).toBe(0.5);
  expect(judge({ ...usual, scale, passAt: 0.75 })).toMatchObject({ name: "judge", passAt: 0.75 });
});

interface Question {
  readonly question: string;
}
interface Answer {
  readonly text: string;
}

test("a judge fits the suite whose outputs it reads, and its task is one of the config", () => {
  const suite = defineEval({
    name: "tickets",
    data: [{ input: { question: "Where is it?" }, expected: 14 }],
    run: ({ question }) => ({ text: question }),
    scorers: [
      judge({
        ...usual,
        scale,
        rubric: ({ expected }: ScoredTrial<Question, number>) => `It says ${expected?.toFixed()}.`,
        of: ({ text }: Answer) => text.trim(),
        show: { input: ({ question }: Question) => question.trim() },
      }),
      // @ts-expect-error -- the output has no such field
      judge({ ...usual, scale, of: ({ words }: { words: string[] }) => words }),
    ],
  });
  expect(suite.scorers).toHaveLength(2);
  // @ts-expect-error -- the config has no such task
  expect(judge({ ...usual, scale, task: "jury" }).name).toBe("jury");
  // @ts-expect-error -- two forms at once
  expect(() => judge({ ...usual, scale, labels: { a: 1, b: 0 } })).toThrow();
});
