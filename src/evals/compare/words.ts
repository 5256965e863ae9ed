import { defaults } from "../../config/defaults.ts";
import { evalDefaults } from "../defaults.ts";
import type { Comparison } from "../result/result.ts";

/** Two decimals, or three where they say more. */
export function score(value: number): string {
  return value.toFixed(3).replace(/0$/, "").replace("-", "−");
}

function signed(value: number): string {
  return value > 0 ? `+${score(value)}` : score(value);
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(1).replace(/\.0$/, "")} %`;
}

function probability(p: number): string {
  return p < 0.001 ? "p < 0.001" : `p = ${p.toFixed(3).replace(/0$/, "")}`;
}

export function counted(count: number, singular: string, plural = `${singular}s`): string {
  return `${count.toLocaleString("en-US")} ${count === 1 ? singular : plural}`;
}

/** The first ones by name. */
export function named(names: readonly string[]): string {
  const shown = names.slice(0, evalDefaults.report.named).map((name) => name.slice(0, 80));
  const more = names.length - shown.length;
  return more === 0
    ? shown.join(", ")
    : `${shown.join(", ")} and ${more.toLocaleString("en-US")} more`;
}

/** E.g. `0.92 → 0.81 (−0.11, 95 % −0.17 to −0.05, p = 0.001, 80 cases)`. */
export function differenceText(comparison: Comparison): string {
  const { baselineMean, mean, difference, low, high, n, p, adjustedP } = comparison;
  const corrected = adjustedP > p ? `, ${probability(adjustedP).slice(4)} with all metrics` : "";
  const interval = `${percent(defaults.statistics.level)} ${signed(low)} to ${signed(high)}`;
  return (
    `${score(baselineMean)} → ${score(mean)} (${signed(difference)}, ${interval}, ` +
    `${probability(p)}${corrected}, ${counted(n, "case")})`
  );
}

/** E.g. `could have seen a change of 0.14 or more; 0.05 needs about 610 cases`. */
export function powerText({ detectable, effect, casesForEffect, n }: Comparison): string {
  const seen =
    detectable === null
      ? `could not have seen any change with ${counted(n, "case")}`
      : `could have seen a change of ${score(detectable)} or more`;
  return `${seen}; ${score(effect)} needs about ${counted(casesForEffect, "case")}`;
}
