import { formatDuration } from "../util/duration.ts";

/** What calls have used, or may use. */
export interface Spending {
  readonly costUsd: number;
  /** Input and output. */
  readonly tokens: number;
  /** Requests to providers. */
  readonly requests: number;
}

export const noSpending: Spending = { costUsd: 0, tokens: 0, requests: 0 };

export function addSpending(a: Spending, b: Spending): Spending {
  return combine(a, b, (x, y) => x + y);
}

/** A spending of the amounts of two, kind by kind. */
export function combine(a: Spending, b: Spending, of: (a: number, b: number) => number): Spending {
  return {
    costUsd: of(a.costUsd, b.costUsd),
    tokens: of(a.tokens, b.tokens),
    requests: of(a.requests, b.requests),
  };
}

/** One limit of what a task may use; times in milliseconds. */
export type BudgetLimit = {
  /** In US dollars, tokens, requests or calls; above 0. */
  readonly max: number;
  /** How long a call waits for room; 0: it fails at once. */
  readonly waitMs: number;
} & (
  | { readonly kind: "cost" | "tokens" | "requests"; readonly windowMs: number }
  | { readonly kind: "inFlight" }
);

/** How far a limit of a task's budget is used. */
export interface BudgetUse {
  readonly limit: BudgetLimit["kind"];
  /** How much the limit allows: US dollars, tokens, requests, or calls in flight. */
  readonly of: number;
  /** What is used of it in this window; calls in flight for `inFlight`. */
  readonly used: number;
  /** What calls in flight may use, until they have ended and are counted as used. */
  readonly reserved: number;
  /** The length of the window in milliseconds; `null` for `inFlight`. */
  readonly windowMs: number | null;
  /** When the window ends, in milliseconds since the epoch; `null` for `inFlight`. */
  readonly resetsAt: number | null;
}

/** What has no room, in a sentence: how much of what is used, and when it resets. */
export function budgetSentence(use: BudgetUse): string {
  const { limit, of, used, reserved, windowMs, resetsAt } = use;
  if (windowMs === null || resetsAt === null) {
    return `The task's budget has no room: ${used} of ${of} calls are in flight`;
  }
  const unit = limit === "cost" ? "USD" : limit;
  const share = `${amount(used)} of ${amount(of)} ${unit} used in this window of ${formatDuration(windowMs)}`;
  const reset = new Date(resetsAt).toISOString().replace(".000Z", "Z");
  return `The task's budget has no room: ${share}, ${amount(reserved)} reserved by calls in flight; it resets at ${reset}`;
}

function amount(value: number): string {
  return String(Number(value.toFixed(6)));
}
