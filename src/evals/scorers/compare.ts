import type { ScoredTrial, Scorer, ScoreValue } from "../scorer.ts";
import { notApplicable } from "../scorer.ts";

/** What every scorer takes. */
export interface ScorerOptions {
  /** The name of the metric. Default: the scorer's own. */
  readonly name?: string | undefined;
  /** A trial passes with this score or a higher one; 0 to 1. Default: 1. */
  readonly passAt?: number | undefined;
}

/** What a scorer reads of the output: it must be told where the output is something else. */
export type Of<Output, Actual> = [Output] extends [Actual]
  ? { readonly of?: ((output: Output) => Actual) | undefined }
  : { readonly of: (output: Output) => Actual };

/** What a scorer reads of `expected`: it must be told where `expected` is something else. */
export type From<Expected, Wanted> = [Expected] extends [Wanted]
  ? { readonly expected?: ((expected: Expected) => Wanted | undefined) | undefined }
  : { readonly expected: (expected: Expected) => Wanted | undefined };

type Args<Options> = object extends Options ? [options?: Options] : [options: Options];

/**
 * Makes a scorer that compares `Actual`, read of the output, with `Wanted`, read of the case's `expected`. Where the
 * case has none, the scorer does not apply.
 */
export interface Compare<Actual, Wanted, Extra = unknown> {
  <Output = Actual, Expected = Wanted>(
    ...args: Args<Extra & ScorerOptions & Of<Output, Actual> & From<Expected, Wanted>>
  ): Scorer<unknown, Expected, Output>;
  /** `expected` is one value for all cases. */
  <Output = Actual>(
    options: Extra & ScorerOptions & Of<Output, Actual> & { readonly expected: Wanted },
  ): Scorer<unknown, unknown, Output>;
}

/** Reads a value, or throws what is wrong with it: `text` for instance. */
type Read<T> = (value: unknown, what: string) => T;

interface Comparison<Actual, Wanted, Extra> {
  readonly name: string;
  readonly actual: Read<Actual>;
  readonly wanted: Read<Wanted>;
  /** Throws what is wrong with the options, when the scorer is made. */
  readonly check?: (options: Extra) => void;
  readonly score: (
    actual: Actual,
    wanted: Wanted,
    options: Extra,
    trial: ScoredTrial,
  ) => ScoreValue | Promise<ScoreValue>;
  /** Where an error of the feature may be right. */
  readonly scoreError?: (error: unknown, wanted: Wanted) => ScoreValue;
}

interface AnyOptions extends ScorerOptions {
  readonly of?: (output: never) => unknown;
  readonly expected?: unknown;
}

/** A maker of scorers that compare what the output holds with what the case expects. */
export function comparing<Actual, Wanted, Extra extends object, Seen extends Wanted = Wanted>(
  comparison: Comparison<Actual, Seen, Extra>,
): Compare<Actual, Wanted, Extra> {
  const { name, actual, wanted, check, score, scoreError } = comparison;
  const make = (options: AnyOptions & Extra = {} as Extra): Scorer => {
    check?.(options);
    const { of, expected } = options;
    const scoreWanted = (
      given: unknown,
      scoreBy: (wanted: Seen) => ScoreValue | Promise<ScoreValue>,
    ): ScoreValue | Promise<ScoreValue> => {
      const expects = wantedOf(expected, given);
      return expects === undefined
        ? notApplicable("the case has no `expected`")
        : scoreBy(wanted(expects, `\`${name}\` reads \`expected\``));
    };
    return {
      ...namedScorer(name, options),
      score: (trial) =>
        scoreWanted(trial.expected, (expects) => {
          const output = of === undefined ? trial.output : of(trial.output as never);
          return score(actual(output, `\`${name}\` reads the output`), expects, options, trial);
        }),
      ...(scoreError !== undefined && {
        scoreError: (trial) =>
          scoreWanted(trial.expected, (expects) => scoreError(trial.error, expects)),
      }),
    };
  };
  return make as Compare<Actual, Wanted, Extra>;
}

/** What a case expects: `given` is one value for all cases, or reads it of `expected`; `undefined` where it says nothing. */
export function wantedOf(given: unknown, expected: unknown): unknown {
  if (given !== undefined && typeof given !== "function") return given;
  if (expected === undefined || expected === null) return undefined;
  return given === undefined ? expected : (given as (expected: unknown) => unknown)(expected);
}

/** The name and the pass mark of a scorer. */
export function namedScorer(name: string, options: ScorerOptions): Pick<Scorer, "name" | "passAt"> {
  const { passAt } = options;
  if (passAt !== undefined && !(passAt >= 0 && passAt <= 1)) {
    throw new RangeError(`The scorer ${name}: \`passAt\` must be from 0 to 1, not ${passAt}`);
  }
  return { name: options.name ?? name, passAt };
}
