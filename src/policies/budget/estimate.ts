import type { Ending } from "../../call/answer.ts";
import { textOf } from "../../call/assemble.ts";
import type { Attempt } from "../../call/attempt.ts";
import { addSpending, combine, noSpending, type Spending } from "../../call/budget.ts";
import type { Call } from "../../call/call.ts";
import { estimateTokens, tokensOfText } from "../../call/estimate.ts";
import { costOf } from "../../call/price.ts";
import { withSettings } from "../../call/request.ts";
import type { Target } from "../../call/target.ts";

/** What one request of the call may use at the most, whichever of its targets answers. */
export function estimateOf({ request, targets }: Call): Spending {
  let most: Spending = { ...noSpending, requests: 1 };
  for (const target of targets) {
    const { input, output } = estimateTokens(withSettings(target.settings, request));
    most = combine(most, spendingOf(target, input, output), Math.max);
  }
  return most;
}

/** What a call has used. */
export interface Settlement {
  readonly used: Spending;
  /** The most that a provider told of one request, kind by kind. */
  readonly most: Spending;
}

/**
 * What these attempts of a call have used, however they ended. One that told no usage may have been billed all the
 * same: it is charged its input and the text that had arrived, or all that was reserved where no text tells. The text is
 * the whole call's: of several attempts that wrote some of it, none wrote more.
 */
export function settlementOf(
  attempts: readonly Attempt[],
  ending: Ending,
  call: Call,
  reserved: Spending,
): Settlement {
  const text = ending.ok ? textOf(ending.result.content) : ending.text;
  let used = noSpending;
  let most = noSpending;
  for (const attempt of attempts) {
    const told = toldBy(attempt);
    const arrived = attempt.outcome === "ok" || attempt.firstTokenMs !== null ? text : undefined;
    if (told !== undefined) most = combine(most, told, Math.max);
    used = addSpending(used, told ?? guessOf(attempt, arrived, call, reserved));
  }
  return { used, most };
}

function toldBy({ usage, costUsd }: Attempt): Spending | undefined {
  if (usage === null) return costUsd === 0 ? { ...noSpending, requests: 1 } : undefined;
  const { inputTokens, outputTokens } = usage;
  if (inputTokens === null || outputTokens === null) return undefined;
  return { costUsd: costUsd ?? 0, tokens: inputTokens + outputTokens, requests: 1 };
}

function guessOf(
  { target: name }: Attempt,
  arrived: string | undefined,
  { request, targets }: Call,
  reserved: Spending,
): Spending {
  const target = targets.find((target) => target.name === name);
  if (arrived === undefined || arrived === "" || target === undefined) {
    return { ...reserved, requests: 1 };
  }
  const { input } = estimateTokens(withSettings(target.settings, request));
  return spendingOf(target, input, tokensOfText(arrived));
}

/** One request with these tokens. All input counts as written to the provider's prompt cache: its dearest use. */
function spendingOf({ price }: Target, input: number, output: number): Spending {
  const usage = {
    inputTokens: input,
    outputTokens: output,
    cachedTokens: null,
    cacheWriteTokens: input,
    reasoningTokens: null,
  };
  return { costUsd: costOf(usage, price) ?? 0, tokens: input + output, requests: 1 };
}
