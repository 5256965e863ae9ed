import type { Scorer, ScoreValue } from "../scorer.ts";
import type { Suite } from "../suite/suite.ts";
import { limited } from "./limited.ts";
import { type CallsOf, type HeardCall, type ListenOptions, listen } from "./listen.ts";
import type { TrialCall, TrialRecord, TrialScore } from "./records.ts";
import { messageOf } from "./trial-error.ts";
import { plus, usedBy } from "./used.ts";
import { faultOf, verdictOf } from "./verdict.ts";

/** What scorers said of a trial, and what that has cost. */
export type Scores = Pick<TrialRecord, "scores" | "judgeUsd" | "judgeCalls">;

export const noScores: Scores = { scores: {}, judgeUsd: 0, judgeCalls: {} };

interface ScoreContext {
  readonly about: CallsOf;
  readonly options: ListenOptions & { readonly signal: AbortSignal };
}

/** All scorers of a suite, each with its own signal and its own calls. */
export async function scoresOf(
  suite: Suite,
  context: ScoreContext,
  ask: (scorer: Scorer, signal: AbortSignal) => ScoreValue | Promise<ScoreValue>,
): Promise<Scores> {
  const ms = suite.timeoutMs;
  const all = await Promise.all(
    suite.scorers.map(async (scorer) => {
      const heard: HeardCall[] = [];
      const about = { ...context.about, metric: scorer.name };
      const score = await listen(about, heard, context.options, () =>
        scoreOf({ what: "The scorer", ms, signal: context.options.signal }, (signal) =>
          ask(scorer, signal),
        ),
      );
      return { name: scorer.name, score, used: usedBy(heard) };
    }),
  );
  const judging = all.filter(({ used }) => used.calls.length > 0);
  return {
    scores: Object.fromEntries(all.map(({ name, score }): [string, TrialScore] => [name, score])),
    judgeUsd: all.map(({ used }) => used.spentUsd).reduce(plus, 0),
    judgeCalls: Object.fromEntries(
      judging.map(({ name, used }): [string, readonly TrialCall[]] => [name, used.calls]),
    ),
  };
}

async function scoreOf(
  limit: Parameters<typeof limited>[0],
  ask: (signal: AbortSignal) => ScoreValue | Promise<ScoreValue>,
): Promise<TrialScore> {
  try {
    return verdictOf(await limited(limit, ask));
  } catch (error) {
    limit.signal.throwIfAborted();
    return faultOf(messageOf(error));
  }
}
