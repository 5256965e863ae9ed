import type { ConversationRule } from "../../../call/conversation-rule.ts";
import type { ErrorContext } from "../../../call/seam-error.ts";
import { ContextTooLong } from "../../../errors.ts";
import { type Calibration, estimateThatFits, realTokens } from "./calibration.ts";
import type { HistoryTurn, Summary } from "./turn.ts";

/** All that decides what of a history is sent. Tokens are estimates, but for those of the rule. */
export interface WindowInput {
  readonly rule: Pick<ConversationRule, "window" | "lowWater" | "highWater" | "summaryTokens">;
  readonly calibration: Calibration;
  /** All but the history: see `fixedTokens`. */
  readonly fixed: number;
  /** Those that are not in the summary, and the pinned ones that are, oldest first; others decide nothing. */
  readonly turns: readonly HistoryTurn[];
  readonly summary: Summary | undefined;
}

/** What is sent of a history: each of its turns is sent as it is, is in the summary, or is left out. */
export interface WindowPlan {
  /** Indexes of the turns that are sent as they are, in order. */
  readonly verbatim: readonly number[];
  /**
   * Indexes of the turns that the summary must take in before this can be sent, oldest first and without a gap: pinned
   * ones among them are sent as well. Empty: nothing to do.
   */
  readonly fold: readonly number[];
  /** The most that the new summary's text may have, in estimated tokens; 0 where `fold` is empty. */
  readonly summaryRoom: number;
  /**
   * Indexes of the turns that are left out, visibly: no summary could be made of them, or there is no room for the one
   * that they are in.
   */
  readonly dropped: readonly number[];
  /** Whether there is a summary that is sent. */
  readonly withSummary: boolean;
  /** What is sent in all; with `fold`, the most that it will be. */
  readonly tokens: number;
}

/** A shorter summary would say nothing: turns are left out instead. In estimated tokens. */
const leastSummary = 100;
/** The most of the window that a summary takes, whatever the rule says. */
const summaryShare = 0.25;

/**
 * What is sent of a history, and what has to be folded into its summary first. Nothing is folded before the window is
 * full, and then down to the low-water mark: in between, each prompt begins like the one before it.
 *
 * @throws ContextTooLong where the new message, or what is pinned, does not fit.
 */
export function planWindow(input: WindowInput, context: ErrorContext = {}): WindowPlan {
  const { budget } = roomFor(input, context);
  const whole = unfolded(input);
  return whole.tokens <= budget ? whole : (folded(input) ?? planWithoutSummary(input, context));
}

/** What can be folded ahead of need, when the window is nearly full; `fold` is empty where there is nothing to do. */
export function planAhead(input: WindowInput): WindowPlan {
  const whole = unfolded(input);
  const isNearlyFull = whole.tokens > loadOf(input).budget * input.rule.highWater;
  return (isNearlyFull ? folded(input) : undefined) ?? whole;
}

/**
 * What is sent where no new summary could be made: the oldest turns are left out, as few as have to be.
 *
 * @throws ContextTooLong where the new message, or what is pinned, does not fit.
 */
export function planWithoutSummary(input: WindowInput, context: ErrorContext = {}): WindowPlan {
  const { budget, bare } = roomFor(input, context);
  const { summary, turns } = input;
  const from = summary?.upTo ?? 0;
  const kept = summary !== undefined && bare + summary.tokens <= budget ? summary : undefined;
  const room = budget - bare - (kept?.tokens ?? 0);
  const dropped = oldest(looseFrom(input, from), (left) => left > room).map(({ index }) => index);
  const pinned = new Set(turns.filter((turn) => turn.pinned).map(({ index }) => index));
  const lost =
    kept === undefined ? [...Array(from).keys()].filter((index) => !pinned.has(index)) : [];
  const upTo = (dropped.at(-1) ?? from - 1) + 1;
  return { ...planOf(input, upTo, kept), dropped: [...lost, ...dropped] };
}

/** Everything that is not in the summary. */
function unfolded(input: WindowInput): WindowPlan {
  return planOf(input, input.summary?.upTo ?? 0, input.summary);
}

/** With a summary of all but the newest turns; `undefined` where that makes no room. */
function folded(input: WindowInput): WindowPlan | undefined {
  const { rule, calibration, summary, turns } = input;
  const { budget, bare } = loadOf(input);
  const from = summary?.upTo ?? 0;
  const loose = looseFrom(input, from);
  const newest = loose.length > 1 ? loose.at(-1) : undefined;
  const beside = bare + (newest?.tokens ?? 0) + leastSummary <= budget ? newest : undefined;
  const summaryRoom = Math.min(
    estimateThatFits(rule.summaryTokens, calibration),
    Math.floor(budget * summaryShare),
    budget - bare - (beside?.tokens ?? 0),
  );
  const room = Math.max(budget * rule.lowWater - bare - summaryRoom, beside?.tokens ?? 0);
  const last = oldest(loose, (left) => left > room).at(-1);
  if (summaryRoom < leastSummary || last === undefined) return undefined;
  const upTo = last.index + 1;
  const fold = turns.filter(({ index }) => index >= from && index < upTo);
  return {
    ...planOf(input, upTo, { tokens: summaryRoom }),
    fold: fold.map(({ index }) => index),
    summaryRoom,
  };
}

function planOf(
  input: WindowInput,
  upTo: number,
  summary: Pick<Summary, "tokens"> | undefined,
): WindowPlan {
  const sent = input.turns.filter(({ index, pinned }) => pinned || index >= upTo);
  return {
    verbatim: sent.map(({ index }) => index),
    fold: [],
    summaryRoom: 0,
    dropped: [],
    withSummary: summary !== undefined,
    tokens: input.fixed + (summary?.tokens ?? 0) + tokensOf(sent),
  };
}

/** The first turns, as many as it takes until no more is left than may be. */
function oldest(
  turns: readonly HistoryTurn[],
  isTooMuch: (left: number) => boolean,
): readonly HistoryTurn[] {
  let left = tokensOf(turns);
  let count = 0;
  for (const { tokens } of turns) {
    if (!isTooMuch(left)) break;
    left -= tokens;
    count++;
  }
  return turns.slice(0, count);
}

function looseFrom({ turns }: WindowInput, from: number): HistoryTurn[] {
  return turns.filter(({ index, pinned }) => index >= from && !pinned);
}

interface Load {
  /** What fits. */
  readonly budget: number;
  /** What is always sent. */
  readonly bare: number;
}

function loadOf({ rule, calibration, fixed, turns }: WindowInput): Load {
  return {
    budget: estimateThatFits(rule.window, calibration),
    bare: fixed + tokensOf(turns.filter(({ pinned }) => pinned)),
  };
}

/** The same, where what is always sent fits. */
function roomFor(input: WindowInput, context: ErrorContext): Load {
  const load = loadOf(input);
  const { fixed, calibration, turns } = input;
  if (load.bare <= load.budget) return load;
  const [own, pinned, fits] = [fixed, load.bare - fixed, load.budget].map((tokens) =>
    realTokens(tokens, calibration).toLocaleString("en"),
  );
  const sizes = `The system prompt, pinned facts, tools and new message of this turn take about ${own} tokens`;
  const pins = turns.filter(({ pinned }) => pinned).length;
  throw new ContextTooLong(
    fixed > load.budget
      ? `${sizes}; its window has room for ${fits}`
      : `${sizes}, and ${pins} pinned turns ${pinned}; its window has room for ${fits}: unpin some`,
    context,
  );
}

function tokensOf(turns: readonly HistoryTurn[]): number {
  return turns.reduce((sum, { tokens }) => sum + tokens, 0);
}
