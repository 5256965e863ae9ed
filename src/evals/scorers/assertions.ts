import type { ScoredTrial, Scorer } from "../scorer.ts";
import { notApplicable } from "../scorer.ts";
import { type Assertion, type Decided, decide } from "./assertion.ts";
import { namedScorer, type ScorerOptions } from "./compare.ts";
import { kindOf } from "./read.ts";
import type { SimilarOptions } from "./similar.ts";

/** An assertion of a case, or several that count as one. */
export type CaseAssertion = Weighted & (Assertion | AssertionSet);

interface Weighted {
  /** Default: 1. */
  readonly weight?: number | undefined;
  /** The name of the metric that it belongs to. */
  readonly metric?: string | undefined;
}

interface AssertionSet extends Asserted {
  readonly type: "assert-set";
}

/** What a case of a suite imported from promptfoo expects. */
export interface Asserted {
  readonly assert: readonly CaseAssertion[];
  /** All hold where their mean score reaches this; 0 to 1. Default: each must hold for itself. */
  readonly threshold?: number | undefined;
}

export interface AssertionsOptions extends ScorerOptions, SimilarOptions {
  /** Only the assertions with this metric. Default: those without one. */
  readonly metric?: string | undefined;
}

/**
 * Checks each case by its own assertions, which stand in `expected.assert` as promptfoo writes them. The score is the
 * weighted share of those that hold; with `expected.threshold` it is 1 where their mean score reaches it. Which types there
 * are is said in `docs/scorers.md`.
 *
 * @example defineEval({ name, data: jsonl<Input, Asserted>("support.cases.jsonl"), run, scorers: [assertions()] })
 */
export function assertions(options: AssertionsOptions = {}): Scorer<unknown, Asserted, string> {
  const { metric } = options;
  const score = async (trial: Tried): Promise<Said> => {
    const asserted = assertedBy(trial.expected);
    const own = asserted?.assert.filter((one) => one.metric === metric) ?? [];
    if (own.length === 0) return notApplicable("the case has no such assertion");
    return concluded({ ...asserted, assert: own }, trial, options);
  };
  return {
    ...namedScorer(metric ?? "assertions", options),
    score,
    // A refusal may be what a case asserts; what it says is judged as an output is.
    scoreError: (trial) => {
      const { code, text = "" } = trial.error as { code?: unknown; text?: string };
      return code === "Refused"
        ? score({ ...trial, output: text })
        : { score: 0, reason: "the feature failed" };
    },
  };
}

type Tried = ScoredTrial<unknown, unknown, string> & { readonly error?: unknown };

interface Said {
  readonly score: number | null;
  readonly reason?: string | undefined;
}

function assertedBy(expected: unknown): Asserted | undefined {
  if (expected === undefined || expected === null) return undefined;
  const { assert } = expected as { assert?: unknown };
  if (Array.isArray(assert)) return expected as Asserted;
  throw new TypeError(
    `\`assertions\` reads \`expected.assert\` as a list, and it is ${kindOf(assert)}: see \`seam eval import\``,
  );
}

async function concluded(
  { assert, threshold }: Asserted,
  trial: Tried,
  options: SimilarOptions,
): Promise<Said> {
  const decided: (Decided & { readonly weight: number; readonly type: string })[] = [];
  for (const one of assert) {
    const { type, weight = 1 } = one;
    decided.push({ ...(await decidedOf(one, trial, options)), type, weight });
  }
  const known = decided.filter(({ holds }) => holds !== null);
  const reason = reasonOf(decided);
  if (known.length === 0) return { score: null, reason };
  const share = meanOf(known, ({ holds }) => Number(holds));
  if (threshold === undefined) {
    // One without any weight must hold all the same.
    const allHold = known.every(({ holds }) => holds);
    return { score: allHold ? 1 : Math.min(share, mostOfNoPass), reason };
  }
  const mean = meanOf(known, ({ score }) => score);
  return mean >= threshold ? { score: 1 } : { score: Math.min(mean, mostOfNoPass), reason };
}

const mostOfNoPass = 0.999;

function meanOf<T extends { readonly weight: number }>(
  all: readonly T[],
  of: (one: T) => number,
): number {
  const total = all.reduce((sum, { weight }) => sum + weight, 0);
  return total === 0 ? 0 : all.reduce((sum, one) => sum + one.weight * of(one), 0) / total;
}

async function decidedOf(
  assertion: CaseAssertion,
  trial: Tried,
  options: SimilarOptions,
): Promise<Decided> {
  if (!("assert" in assertion)) return decide(assertion, trial, options);
  const { score, reason } = await concluded(assertion, trial, options);
  return { holds: score === null ? null : score === 1, score: score ?? 0, reason };
}

function reasonOf(decided: readonly (Decided & { readonly type: string })[]): string | undefined {
  const failed = decided.filter(({ holds }) => holds !== true);
  const words = failed.map(({ type, reason, holds }) => {
    const what = holds === null ? `${type} does not apply` : `${type} does not hold`;
    return reason === undefined ? what : `${what}: ${reason}`;
  });
  return words.length === 0 ? undefined : words.slice(0, 5).join("; ");
}
