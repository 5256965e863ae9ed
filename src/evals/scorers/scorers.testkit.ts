import type { Scored, ScoredTrial, Scorer } from "../scorer.ts";

/** A trial with nothing but what a test says of it. */
export function trialOf<Expected, Output>(
  output: Output,
  expected?: Expected,
  more: Partial<ScoredTrial<unknown, Expected, Output>> = {},
): ScoredTrial<unknown, Expected, Output> {
  return {
    id: "case",
    input: null,
    expected,
    metadata: {},
    critical: false,
    trial: 1,
    output,
    calls: [],
    latencyMs: null,
    costUsd: null,
    tokens: null,
    signal: new AbortController().signal,
    ...more,
  };
}

/** What a scorer says of an output. */
export async function scored<Expected, Output>(
  scorer: Scorer<unknown, Expected, Output>,
  output: Output,
  expected?: Expected,
  more?: Partial<ScoredTrial<unknown, Expected, Output>>,
): Promise<Scored> {
  const value = await scorer.score(trialOf(output, expected, more));
  return typeof value === "object" && value !== null ? value : { score: Number(value) };
}

export async function scoreOf<Expected, Output>(
  ...args: Parameters<typeof scored<Expected, Output>>
): Promise<number | null> {
  return (await scored(...args)).score;
}
