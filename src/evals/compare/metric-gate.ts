import { defaults } from "../../config/defaults.ts";
import { evalDefaults } from "../defaults.ts";
import type { Comparison, Estimate, MetricResult } from "../result/result.ts";
import type { Gate, MetricGate } from "../suite/gate.ts";
import { counted, differenceText, percent, powerText, score } from "./words.ts";

/** What sums of fractions may be off by. */
const tolerance = 1e-9;

/** Why a metric fails, each a sentence. */
export function metricFailures(result: MetricResult, gate: Gate): string[] {
  const { comparison, metric } = result;
  const own = metricGate(gate, metric.name);
  const failOn = own.failOn ?? gate.failOn ?? evalDefaults.gate.failOn;
  const failures = thresholdFailures(result, own);
  if (comparison !== null) {
    const verdict = comparison.verdict;
    if (failOn.some((each) => each === verdict)) {
      failures.push(`${metric.name} ${verdictTexts[verdict](comparison)}`);
    }
    failures.push(...marginFailures(metric.name, comparison, own.margin));
  }
  return failures;
}

export function metricGate({ metrics = {} }: Gate, name: string): MetricGate {
  return Object.hasOwn(metrics, name) ? (metrics[name] ?? {}) : {};
}

const verdictTexts: Record<Comparison["verdict"], (comparison: Comparison) => string> = {
  regressed: (comparison) =>
    `regressed: ${differenceText(comparison)}; look at the worst cases below, or accept it with --accept.`,
  improved: (comparison) =>
    `improved, which the gate does not expect: ${differenceText(comparison)}; accept it with --accept.`,
  "no evidence": (comparison) =>
    `shows no evidence of a change, which the gate asks for: ${differenceText(comparison)}.`,
  underpowered: (comparison) =>
    `is underpowered: the suite ${powerText(comparison)}. Add cases, or raise the \`effect\` of its gate.`,
};

function thresholdFailures(result: MetricResult, { atLeast, bound }: MetricGate): string[] {
  if (atLeast === undefined) return [];
  const { name } = result.metric;
  const estimate = result.corrected ?? result.estimate;
  if (estimate === null) {
    return [
      `${name} has no score, and the gate asks for at least ${score(atLeast)}; look at its faults.`,
    ];
  }
  const isLow = (bound ?? evalDefaults.gate.bound) === "low";
  if ((isLow ? estimate.low : estimate.mean) >= atLeast - tolerance) return [];
  const what = isLow ? "the lower end of its interval" : "its mean";
  const whose = result.corrected === null ? what : `${what}, corrected by labels of people,`;
  return [
    `${name} is too low: ${whose} is below ${score(atLeast)} (${estimateText(estimate)}); look at the worst cases below.`,
  ];
}

function estimateText({ mean, low, high, level, n }: Estimate): string {
  return `${score(mean)}, ${percent(level)} ${score(low)} to ${score(high)}, ${counted(n, "case")}`;
}

function marginFailures(
  name: string,
  comparison: Comparison,
  margin: number | undefined,
): string[] {
  if (margin === undefined || comparison.low > -margin) return [];
  const level = percent(defaults.statistics.level);
  return [
    `${name} may be worse by more than ${score(margin)}, the margin of the gate: ${differenceText(comparison)}. ` +
      `The lower end of the ${level} interval must be above ${score(-margin)}: add cases, or look at the worst ones below.`,
  ];
}
