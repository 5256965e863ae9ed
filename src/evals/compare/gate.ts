import { evalDefaults } from "../defaults.ts";
import type { GateResult, MetricResult } from "../result/result.ts";
import type { Gate } from "../suite/gate.ts";
import { baselineFailures, baselineWarnings } from "./baseline-words.ts";
import type { CriticalFailure } from "./critical.ts";
import type { Findings } from "./findings.ts";
import { metricFailures } from "./metric-gate.ts";
import { counted, named, percent } from "./words.ts";

/** Whether the suite passes. A shard by itself fails by its critical cases only: the rest is judged over all of them. */
export function judgeGate(gate: Gate, findings: Findings): GateResult {
  const { completeness, metrics, critical } = findings;
  const faults = metrics.flatMap((result) => faultFailures(result, gate));
  const failures = [
    ...(completeness.kind === "incomplete" ? completeness.why : []),
    ...critical.map(criticalText),
  ];
  if (completeness.kind !== "shard") {
    failures.push(
      ...emptyFailures(findings),
      ...faults,
      ...unknownMetrics(gate, findings),
      ...metrics.flatMap((result) => metricFailures(result, gate)),
      ...calibrationTexts(findings, gate, "fail"),
      ...baselineFailures(gate, findings),
    );
  }
  return {
    passed: failures.length === 0,
    failures,
    warnings: [
      ...partWarnings(findings),
      ...calibrationTexts(findings, gate, "warn"),
      ...baselineWarnings(gate, findings),
    ],
    tooManyFaults: completeness.kind !== "shard" && faults.length > 0,
  };
}

function criticalText({ id, metric, failed, of }: CriticalFailure): string {
  const name = `The critical case ${named([id])}`;
  if (of === 0)
    return `${name} has no score of ${metric}, so nobody knows whether it passes; run it again.`;
  const trials = of === 1 ? "" : ` in ${failed} of ${of} trials`;
  return `${name} fails ${metric}${trials}.`;
}

function faultFailures({ metric, counts }: MetricResult, gate: Gate): string[] {
  const { scored, notApplicable, faults } = counts;
  const all = scored + notApplicable + faults;
  const most = gate.maxFaults ?? evalDefaults.gate.maxFaults;
  if (all === 0 || faults / all <= most) return [];
  return [
    `${metric.name} lacks ${faults} of ${counted(all, "score")}, because scorers, judges or providers failed; the gate ` +
      `allows ${percent(most)}. Nothing can be said: look at the faults, and go on when they have passed.`,
  ];
}

function emptyFailures({ tally, metrics, completeness }: Findings): string[] {
  // A run that broke off fails for that: it may have had no time for any case.
  if (completeness.kind === "incomplete") return [];
  if (tally.cases.length === 0) {
    return [
      "There was no case to run, so nothing is known; look at the suite's data, and at --filter.",
    ];
  }
  if (metrics.some(({ counts }) => counts.scored + counts.faults > 0)) return [];
  return ["No scorer applied to any case, so nothing is known; look at why they did not apply."];
}

function unknownMetrics(gate: Gate, { metrics }: Findings): string[] {
  const known = new Set(metrics.map(({ metric }) => metric.name));
  const unknown = Object.keys(gate.metrics ?? {}).filter((name) => !known.has(name));
  if (unknown.length === 0) return [];
  return [
    `The gate names ${named(unknown)}, and the suite has no such metric: it has ${named([...known])}.`,
  ];
}

function calibrationTexts({ metrics }: Findings, gate: Gate, kind: "warn" | "fail"): string[] {
  if ((gate.uncalibrated ?? evalDefaults.gate.uncalibrated) !== kind) return [];
  return metrics.flatMap(({ metric, calibration }) => {
    if (calibration === null || calibration.kind === "calibrated") return [];
    const advice = `label some of its verdicts with \`seam eval label\`, then run \`seam eval calibrate\`.`;
    if (calibration.kind === "stale") {
      return [
        `The judge of ${metric.name} was compared with people, but is another one now: ${calibration.why} Again: ${advice}`,
      ];
    }
    return [`The judge of ${metric.name} was never compared with people: ${advice}`];
  });
}

function partWarnings({ completeness, tally, leftOut }: Findings): string[] {
  const warnings: string[] = [];
  if (completeness.kind === "shard") {
    const { index, of } = completeness.shard;
    warnings.push(
      `This is shard ${index} of ${of}: the gate is judged by \`seam eval merge\`, over all of them.`,
    );
  }
  const filters = new Set(tally.parts.flatMap(({ start }) => start.filter ?? []));
  for (const filter of filters) {
    warnings.push(
      `Only cases that match ${JSON.stringify(filter)} were run: this is not the whole suite.`,
    );
  }
  if (tally.repeated > 0) {
    warnings.push(`${counted(tally.repeated, "trial")} came twice; the first one counts.`);
  }
  for (const { field, values } of leftOut) {
    warnings.push(`${field} has ${counted(values, "more value")} than are told apart.`);
  }
  return warnings;
}
