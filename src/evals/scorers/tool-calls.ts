import type { Scorer } from "../scorer.ts";
import { notApplicable } from "../scorer.ts";
import { namedScorer, type ScorerOptions, wantedOf } from "./compare.ts";
import { difference, type ValueOptions } from "./differences.ts";
import { type MeasureOptions, ratios } from "./f1.ts";
import { callsIn, callsOf, expectedCalls, type ToolCallLike } from "./made-calls.ts";
import { bestMatching, inCommonOrder } from "./matching.ts";
import type { compareSets } from "./set.ts";
import { checkTolerance } from "./tolerance.ts";

/** A call that is expected: the name of the tool, or its arguments as well. */
export type ExpectedCall = string | ToolCallLike;

interface CallsOptions<Output, Expected> extends ScorerOptions {
  /** Where the calls stand in the output. Default: they are read of the trial's events, else of the output. */
  readonly of?: ((output: Output) => unknown) | undefined;
  /** Default: `expected` of the case. */
  readonly expected?:
    | readonly ExpectedCall[]
    | ((expected: Expected) => readonly ExpectedCall[] | undefined)
    | undefined;
}

export interface ToolCallsOptions<Output = unknown, Expected = unknown>
  extends CallsOptions<Output, Expected>,
    MeasureOptions,
    Omit<ValueOptions, "extra"> {
  /** `strict`: only calls in the expected order count. Default: `free`. */
  readonly order?: "strict" | "free" | undefined;
  /** `subset`: calls may have more arguments than are expected. `ignore`: the name is enough. Default: `exact`. */
  readonly arguments?: "exact" | "subset" | "ignore" | undefined;
}

/**
 * How well the tools that were called, with their arguments, are those that were expected: F1, precision or recall over
 * calls. Arguments are compared each by its type: numbers by `tolerance`, text by `text`, lists by `unordered`.
 *
 * @example toolCalls({ expected: [{ name: "refund", arguments: { amount: 42 } }], tolerance: { absolute: 0.01 } })
 */
export function toolCalls<Output = unknown, Expected = unknown>(
  options: ToolCallsOptions<Output, Expected> = {},
): Scorer<unknown, Expected, Output> {
  const { measure = "f1", order = "free", arguments: how = "exact", ...values } = options;
  checkTolerance("tool-calls", options.tolerance);
  const value: ValueOptions = { ...values, extra: how === "subset" };
  const missed = (call: ToolCallLike, wanted: ToolCallLike): string | undefined => {
    if (call.name !== wanted.name) return `${call.name} instead of ${wanted.name}`;
    if (how === "ignore" || wanted.arguments === undefined) return undefined;
    return difference(call.arguments, wanted.arguments, value);
  };
  return scorerOfCalls("tool-calls", options, (made, wanted) => {
    const fits = (at: number, to: number): boolean => {
      const [call, expected] = [made[at], wanted[to]];
      return call !== undefined && expected !== undefined && missed(call, expected) === undefined;
    };
    const hits =
      order === "strict"
        ? inCommonOrder(made.length, wanted.length, fits)
        : bestMatching(made.length, wanted.length, fits).size;
    const score = ratios(hits, made.length, wanted.length)[measure];
    const first = wanted.findIndex((_, to) => !made.some((_, at) => fits(at, to)));
    return { score, reason: score === 1 ? undefined : reasonOf(made, wanted[first], missed) };
  });
}

function reasonOf(
  made: readonly ToolCallLike[],
  wanted: ToolCallLike | undefined,
  missed: (call: ToolCallLike, wanted: ToolCallLike) => string | undefined,
): string {
  const names = made.map(({ name }) => name).join(", ") || "none";
  if (wanted === undefined) return `called: ${names}`;
  const near = made.find(({ name }) => name === wanted.name);
  const why = near === undefined ? "" : ` with ${missed(near, wanted)}`;
  return `${wanted.name} is missing; called: ${names}${why}`;
}

/**
 * `exact`: the same tools in the same order. `in-order`: the expected ones in their order, others between them.
 * `any-order`: the same tools, each as often, in any order. `superset`: at least the expected ones. `subset`: none but
 * expected ones.
 */
export type TrajectoryMode = "exact" | "in-order" | "any-order" | "superset" | "subset";

export interface TrajectoryOptions<Output = unknown, Expected = unknown>
  extends CallsOptions<Output, Expected> {
  /** Default: `exact`. */
  readonly mode?: TrajectoryMode | undefined;
}

/**
 * Whether the sequence of tools that were called is the expected one, by their names.
 *
 * @example trajectory({ expected: ["lookUpOrder", "refund"], mode: "in-order" })
 */
export function trajectory<Output = unknown, Expected = unknown>(
  options: TrajectoryOptions<Output, Expected> = {},
): Scorer<unknown, Expected, Output> {
  const { mode = "exact" } = options;
  return scorerOfCalls("trajectory", options, (made, wanted) => {
    const [given, expected] = [made, wanted].map((calls) => calls.map(({ name }) => name));
    const holds = isTrajectory[mode](given ?? [], expected ?? []);
    return {
      score: holds ? 1 : 0,
      reason: holds ? undefined : `called: ${given?.join(", ") || "none"}`,
    };
  });
}

type IsTrajectory = (given: readonly string[], expected: readonly string[]) => boolean;

const isTrajectory: Readonly<Record<TrajectoryMode, IsTrajectory>> = {
  exact: (given, expected) => given.length === expected.length && isInOrder(given, expected),
  "in-order": isInOrder,
  "any-order": (given, expected) => given.length === expected.length && holdsAll(given, expected),
  superset: holdsAll,
  subset: (given, expected) => holdsAll(expected, given),
};

function isInOrder(given: readonly string[], expected: readonly string[]): boolean {
  let next = 0;
  for (const name of given) if (name === expected[next]) next += 1;
  return next === expected.length;
}

/** Each as often as it is expected, or more often. */
function holdsAll(given: readonly string[], expected: readonly string[]): boolean {
  const left = [...given];
  return expected.every((name) => {
    const at = left.indexOf(name);
    if (at >= 0) left.splice(at, 1);
    return at >= 0;
  });
}

function scorerOfCalls<Output, Expected>(
  name: string,
  options: CallsOptions<Output, Expected>,
  compare: (
    made: readonly ToolCallLike[],
    wanted: readonly ToolCallLike[],
  ) => ReturnType<typeof compareSets>,
): Scorer<unknown, Expected, Output> {
  const { of, expected } = options;
  return {
    ...namedScorer(name, options),
    score: (trial) => {
      const wanted = wantedOf(expected, trial.expected);
      if (wanted === undefined) return notApplicable("the case has no `expected`");
      const made = of === undefined ? callsOf(trial) : callsIn(of(trial.output));
      return compare(made, expectedCalls(wanted, `\`${name}\` reads \`expected\``));
    },
  };
}
