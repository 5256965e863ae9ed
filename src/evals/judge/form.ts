import type { StandardSchemaV1 } from "@standard-schema/spec";
import { z } from "zod";
import type { JudgeVerdict } from "../scorer.ts";
import type { JudgeForm, JudgeLabels, JudgeScale } from "./options.ts";

/** What a model says of one output, or of two. It reasons first, so that the verdict follows. */
export interface Judgment {
  readonly reasoning: string;
  readonly verdict: string | number;
}

/** A form, ready to ask with and to read with. */
export interface Form {
  readonly kind: "scale" | "labels" | "pairwise";
  /** What the judge may conclude, the worst first where there is an order. */
  readonly verdicts: readonly JudgeVerdict[];
  /** The model is told of the verdicts that it may give, and must give one of them. */
  readonly said: string;
  readonly schema: StandardSchemaV1<unknown, Judgment>;
}

/** What a model says of two outputs: which one is better, in the order in which it sees them. */
const pairVerdicts = ["1", "2", "tie"] as const;

export function formOf({ scale, labels }: Pick<JudgeForm, "scale" | "labels">): Form {
  if (scale !== undefined) return scaleForm(scale);
  if (labels !== undefined) return labelForm(labels);
  return {
    kind: "pairwise",
    verdicts: [
      { verdict: "loss", score: 0 },
      { verdict: "tie", score: 0.5 },
      { verdict: "win", score: 1 },
    ],
    said: 'The verdict is "1" where output 1 is better by the rubric, "2" where output 2 is, and "tie" where neither is. Which of them comes first says nothing.',
    schema: schemaOf(pairVerdicts),
  };
}

function scaleForm({ from, to, anchors = {} }: JudgeScale): Form {
  const values = Array.from({ length: to - from + 1 }, (_, index) => from + index);
  const meanings = values.flatMap((value) =>
    anchors[value] === undefined ? [] : [`${value}: ${anchors[value]}`],
  );
  return {
    kind: "scale",
    verdicts: values.map((verdict) => ({ verdict, score: (verdict - from) / (to - from) })),
    said: [`The verdict is a whole number from ${from} (worst) to ${to} (best).`, ...meanings].join(
      "\n",
    ),
    schema: schemaOf(values),
  };
}

function labelForm(labels: JudgeLabels): Form {
  const names = Object.keys(labels);
  return {
    kind: "labels",
    verdicts: Object.entries(labels)
      .map(([verdict, score]) => ({ verdict, score }))
      .toSorted((a, b) => a.score - b.score),
    said: `The verdict is one of: ${names.map((name) => JSON.stringify(name)).join(", ")}.`,
    schema: schemaOf(names),
  };
}

/** Listing what is allowed holds with every provider; limits of numbers do not. */
function schemaOf(verdicts: readonly (string | number)[]): Form["schema"] {
  return z.object({ reasoning: z.string(), verdict: z.literal([...verdicts]) });
}
