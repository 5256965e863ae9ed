import { setImmediate as nextTurn } from "node:timers/promises";
import type { ScoredTrial } from "../scorer.ts";
import type { EvalCase } from "../suite/case.ts";
import type { Suite } from "../suite/suite.ts";
import { limited } from "./limited.ts";
import { type CallsOf, type HeardCall, type ListenOptions, listen } from "./listen.ts";
import { plain } from "./plain.ts";
import type { TrialError, TrialRecord } from "./records.ts";
import { noScores, type Scores, scoresOf } from "./scores.ts";
import { trialErrorOf } from "./trial-error.ts";
import { usedBy } from "./used.ts";

export interface TrialOptions extends ListenOptions {
  readonly run: string;
  /** `false`: `run` is run, and nothing is scored. */
  readonly score: boolean;
  readonly signal: AbortSignal;
}

/** How `run` has ended. */
type Ending =
  | { readonly ok: true; readonly output: unknown }
  | { readonly ok: false; readonly thrown: unknown; readonly error: TrialError };

/**
 * Runs the feature on a case and scores what it gives. Whatever feature and scorers throw is part of the record.
 *
 * @throws the signal's reason when it aborts before the trial has ended
 */
export async function runTrial(
  suite: Suite,
  { of, trial }: { readonly of: EvalCase; readonly trial: number },
  options: TrialOptions,
): Promise<TrialRecord> {
  const { signal } = options;
  // Features may change what they are given.
  const asked = {
    metadata: recordOf(of.metadata),
    input: plain(of.input),
    expected: plain(of.expected),
  };
  const about: CallsOf = { suite: suite.name, run: options.run, case: of.id, trial, metric: null };
  const cluster = suite.clusterOf(of);
  const heard: HeardCall[] = [];
  const start = performance.now();
  const ending = await listen(about, heard, options, () => ended(suite, of, trial, signal));
  const tookMs = performance.now() - start;
  // A stream that the feature has read to its end tells so a moment later.
  await nextTurn();
  const { costUsd, spentUsd, tokens, cached, calls } = usedBy(heard);
  const latencyMs = cached ? null : tookMs;
  const scored: Omit<ScoredTrial, "output" | "signal"> = {
    ...of,
    trial,
    calls: heard.map(({ event }) => event),
    latencyMs,
    costUsd,
    tokens,
  };
  const scores = options.score
    ? await scoresFor(suite, scored, ending, { about, options })
    : noScores;
  signal.throwIfAborted();
  return {
    type: "trial",
    case: of.id,
    trial,
    critical: of.critical,
    cluster,
    ...asked,
    output: ending.ok ? (plain(ending.output) ?? null) : null,
    error: ending.ok ? null : ending.error,
    latencyMs,
    costUsd,
    spentUsd,
    tokens,
    cached,
    calls,
    ...scores,
  };
}

function recordOf(metadata: EvalCase["metadata"]): TrialRecord["metadata"] {
  return plain(metadata) as TrialRecord["metadata"];
}

async function ended(
  suite: Suite,
  of: EvalCase,
  trial: number,
  signal: AbortSignal,
): Promise<Ending> {
  try {
    const output = await limited({ what: "The trial", ms: suite.timeoutMs, signal }, (own) =>
      suite.run(of.input, { ...of, trial, signal: own }),
    );
    return { ok: true, output };
  } catch (thrown) {
    signal.throwIfAborted();
    return { ok: false, thrown, error: trialErrorOf(thrown) };
  }
}

async function scoresFor(
  suite: Suite,
  scored: Omit<ScoredTrial, "output" | "signal">,
  ending: Ending,
  context: { readonly about: CallsOf; readonly options: TrialOptions },
): Promise<Scores> {
  if (!ending.ok && ending.error.kind === "untried") return noScores;
  return await scoresOf(suite, context, (scorer, signal) => {
    if (ending.ok) return scorer.score({ ...scored, output: ending.output, signal });
    const { thrown, error } = ending;
    return scorer.scoreError === undefined
      ? { score: 0, reason: `run failed: ${error.code}` }
      : scorer.scoreError({ ...scored, error: thrown, signal });
  });
}
