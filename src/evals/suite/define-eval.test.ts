import { describe, expectTypeOf, it } from "vitest";
import type { ScoredTrial, Scorer } from "../scorer.ts";
import { defineEval } from "./define-eval.ts";

const data = [{ input: { question: "x" }, expected: "y" }];
const score = (): number => 1;
const ofText: Scorer<unknown, string, string> = { name: "text", score };
const ofAnything: Scorer = { name: "anything", score };

function isFormal({ output }: ScoredTrial<unknown, string, string>): boolean {
  return output.endsWith(".");
}

describe("types flow from data to run to scorers", () => {
  it("whatever way a scorer is written, and whether `run` names the type of its input or not", () => {
    const suite = defineEval({
      name: "suite",
      data,
      run: async ({ question }) => question,
      scorers: [
        ofAnything,
        ofText,
        isFormal,
        ({ output, expected }) => output.startsWith(expected?.trim() ?? ""),
      ],
    });
    expectTypeOf(suite.run).returns.toEqualTypeOf<string | Promise<string>>();
    expectTypeOf(suite.run).parameter(0).toEqualTypeOf<{ question: string }>();
  });

  it("a scorer of text does not fit a feature that gives an object", () => {
    const run = async (): Promise<{ text: string }> => ({ text: "x" });
    // @ts-expect-error: the output is no text.
    defineEval({ name: "suite", data, run, scorers: [ofText] });
    // @ts-expect-error: the output is no text.
    defineEval({ name: "suite", data, run, scorers: [isFormal] });
  });
});
