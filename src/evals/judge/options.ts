import { z } from "zod";
import { configError } from "../../errors.ts";
import { issueOf } from "../../patterns/extract/shape.ts";
import type { Seam } from "../../seam.ts";
import type { ScoredTrial } from "../scorer.ts";

/** How a judge says what it thinks: exactly one of three forms. */
export type JudgeForm<Input = unknown, Expected = unknown, Output = unknown> =
  | { readonly scale: JudgeScale; readonly labels?: undefined; readonly pairwise?: undefined }
  | { readonly labels: JudgeLabels; readonly scale?: undefined; readonly pairwise?: undefined }
  | {
      readonly pairwise: JudgePair<Input, Expected, Output>;
      readonly scale?: undefined;
      readonly labels?: undefined;
    };

/** Whole numbers from the worst to the best, at most 101 of them; the score is `(verdict - from) / (to - from)`. */
export interface JudgeScale {
  readonly from: number;
  readonly to: number;
  /** What single numbers stand for, e.g. `{ 1: "wrong", 3: "right, but incomplete", 5: "right and complete" }`. */
  readonly anchors?: Readonly<Record<number, string>> | undefined;
}

/** Each label and its score, 0 to 1: `{ good: 1, partial: 0.5, bad: 0 }`. At least two. */
export type JudgeLabels = Readonly<Record<string, number>>;

/** Two outputs beside each other, judged in both orders: 1 for a win, 0.5 for a tie or a contradiction, 0 for a loss. */
export interface JudgePair<Input = unknown, Expected = unknown, Output = unknown> {
  /**
   * What the output is compared with, in the shape in which `of` shows the output. `undefined`: the judge does not apply.
   * Default: `expected`.
   */
  readonly against?: ((trial: ScoredTrial<Input, Expected, Output>) => unknown) | undefined;
}

interface CommonOptions<Input, Expected, Output, Task extends string> {
  /** The seam that judges: the feature's own, or another one. */
  readonly seam: Pick<Seam<Task>, "extract">;
  /** The judge's own task in the seam's config: its model, limits and budget. */
  readonly task: NoInfer<Task>;
  /**
   * What makes an output good. These are instructions: where a function writes them for each trial, it must not put in what
   * strangers or models have written.
   */
  readonly rubric: string | ((trial: ScoredTrial<Input, Expected, Output>) => string);
  /** The name of the metric. Default: the task. */
  readonly name?: string | undefined;
  /** A trial passes with this score or a higher one, 0 to 1. Default: 1, and 0.5 for a pairwise judge: no worse. */
  readonly passAt?: number | undefined;
  /** What of the output is judged. Default: all of it, objects as JSON. */
  readonly of?: ((output: Output) => unknown) | undefined;
  /** What the judge sees beside it. */
  readonly show?: JudgeShows<Input, Expected> | undefined;
  /** Independent judgments of each trial, 1 to 25: their mean, or the label that most of them say. Default: 1. */
  readonly samples?: number | undefined;
}

export interface JudgeShows<Input = unknown, Expected = unknown> {
  /** Default: `true`. A function says what of the input. */
  readonly input?: boolean | ((input: Input) => unknown) | undefined;
  /** As a reference, where a case has one. Default: `true`, and `false` for a pairwise judge. */
  readonly expected?: boolean | ((expected: Expected) => unknown) | undefined;
}

/** What makes a judge. */
export type JudgeOptions<
  Input = unknown,
  Expected = unknown,
  Output = unknown,
  Task extends string = string,
> = CommonOptions<Input, Expected, Output, Task> & JudgeForm<Input, Expected, Output>;

const text = z.string("expected a text").refine((value) => value.trim() !== "", "it is empty");
const aFunction = z.custom((value) => typeof value === "function", "expected a function");
const share = z.number("expected a number from 0 to 1").min(0).max(1);
const choice = z.union([z.boolean(), aFunction], "expected true, false or a function");

const mostOnScale = 101;
const scale = z
  .strictObject({
    from: z.int("expected a whole number"),
    to: z.int("expected a whole number"),
    anchors: z.record(z.string(), text).optional(),
  })
  .superRefine(({ from, to, anchors = {} }, context) => {
    const fault = (path: string, message: string) =>
      context.addIssue({ code: "custom", path: [path], message });
    if (to <= from) fault("to", `expected more than ${from}`);
    if (to - from >= mostOnScale) fault("to", `a scale has at most ${mostOnScale} numbers`);
    for (const key of Object.keys(anchors)) {
      const value = Number(key);
      if (Number.isInteger(value) && value >= from && value <= to) continue;
      fault("anchors", `${JSON.stringify(key)} is no number of the scale`);
    }
  });
const labels = z
  .record(text, share)
  .refine((value) => Object.keys(value).length >= 2, "expected at least two labels");

const schema = z
  .strictObject({
    seam: z.custom(
      (value) => typeof (value as { extract?: unknown } | null)?.extract === "function",
      "expected what `createSeam` returns",
    ),
    task: text,
    rubric: z.union([text, aFunction], "expected a text, or a function that returns one"),
    name: text.optional(),
    passAt: share.optional(),
    of: aFunction.optional(),
    show: z.strictObject({ input: choice.optional(), expected: choice.optional() }).optional(),
    samples: z.int("expected a whole number").min(1).max(25).optional(),
    scale: scale.optional(),
    labels: labels.optional(),
    pairwise: z.strictObject({ against: aFunction.optional() }).optional(),
  })
  .superRefine((options, context) => {
    const forms = [options.scale, options.labels, options.pairwise];
    if (forms.filter((form) => form !== undefined).length === 1) return;
    context.addIssue({
      code: "custom",
      path: [],
      message: "give exactly one of `scale`, `labels` and `pairwise`",
    });
  });

/** @throws ConfigError with the path of everything that is wrong */
export function checkJudge(options: unknown): void {
  const result = schema.safeParse(options);
  if (!result.success) throw configError("This judge is wrong", result.error.issues.map(issueOf));
}
