import { evalDefaults } from "../defaults.ts";
import { meanOfCase } from "../result/tally.ts";
import type { Gate } from "../suite/gate.ts";
import type { Findings } from "./findings.ts";
import { metricGate } from "./metric-gate.ts";
import type { Pairing } from "./pairing.ts";
import { counted, named } from "./words.ts";

const accept = "keep a run as the baseline with --accept";

/** A baseline that the gate asks for, and that is not there or says nothing. */
export function baselineFailures(gate: Gate, { baseline, pairing }: Findings): string[] {
  if (!(gate.baseline ?? evalDefaults.gate.baseline)) return [];
  if (baseline === null) return [`There is no baseline, and the gate asks for one: ${accept}.`];
  if (pairing?.before.size === 0) {
    return [
      `The baseline ${baseline.from} has no case of this run, and the gate asks for one: ${accept}.`,
    ];
  }
  return [];
}

/** What is not compared, and why. */
export function baselineWarnings(gate: Gate, findings: Findings): string[] {
  const { baseline, pairing, tally } = findings;
  if (baseline === null || pairing === null) {
    const isFailure = gate.baseline ?? evalDefaults.gate.baseline;
    return isFailure ? [] : [`There is nothing to compare with: ${accept}.`];
  }
  const { suite } = tally.parts[0].start;
  return [
    ...(baseline.suite === suite
      ? []
      : [`The baseline ${baseline.from} is of the suite ${baseline.suite}, not of ${suite}.`]),
    ...caseWarnings(findings, pairing),
    ...metricWarnings(gate, findings, baseline.metrics),
    ...findings.metrics.flatMap(({ metric }, index) =>
      unpairedWarnings(findings, pairing, { name: metric.name, index }),
    ),
  ];
}

function caseWarnings({ completeness, tally }: Findings, pairing: Pairing): string[] {
  const { changed, onlyNow, onlyBefore } = pairing;
  const warnings: string[] = [];
  if (changed.length > 0) {
    warnings.push(
      `${counted(changed.length, "case asks or expects", "cases ask or expect")} something else than in the baseline ` +
        `under the same id, and ${changed.length === 1 ? "is" : "are"} not compared: ${named(changed)}.`,
    );
  }
  if (onlyNow.length > 0) {
    warnings.push(
      `${counted(onlyNow.length, "case is", "cases are")} not in the baseline: ${named(onlyNow)}.`,
    );
  }
  const isPart =
    completeness.kind !== "whole" || tally.parts.some(({ start }) => start.filter !== null);
  if (onlyBefore.length > 0 && !isPart) {
    warnings.push(
      `${counted(onlyBefore.length, "case")} of the baseline ${onlyBefore.length === 1 ? "is" : "are"} gone: ${named(onlyBefore)}.`,
    );
  }
  return warnings;
}

function metricWarnings(gate: Gate, { metrics }: Findings, before: readonly string[]): string[] {
  const now = metrics.map(({ metric }) => metric.name);
  const gone = before.filter((name) => !now.includes(name));
  const warnings = metrics
    .filter(({ comparison }) => comparison === null)
    .map(({ metric: { name } }) => {
      const why = before.includes(name)
        ? "has no case with a score on both sides"
        : "is not in the baseline";
      const margin =
        metricGate(gate, name).margin === undefined ? "" : ", so its margin is not checked";
      return `${name} ${why}${margin}: ${accept}.`;
    });
  if (gone.length > 0)
    warnings.push(`The baseline also has ${named(gone)}, which no scorer gives now.`);
  return warnings;
}

/** A metric may look better because its worst cases have no score any more. */
function unpairedWarnings(
  { tally }: Findings,
  { before }: Pairing,
  { name, index }: { readonly name: string; readonly index: number },
): string[] {
  const lost = tally.cases.filter(
    (each) => before.get(each.id)?.scores.has(name) === true && meanOfCase(each, index) === null,
  );
  if (lost.length === 0) return [];
  const ids = lost.map(({ id }) => id);
  return [
    `${name}: ${counted(lost.length, "case")} that had a score in the baseline ${lost.length === 1 ? "has" : "have"} none now: ${named(ids)}.`,
  ];
}
