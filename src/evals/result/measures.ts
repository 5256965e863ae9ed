import { Distribution } from "../../util/distribution.ts";
import type { Pairing } from "../compare/pairing.ts";
import type { Measure, SuiteResult } from "./result.ts";
import { type CaseTally, meanOf } from "./tally.ts";

type Name = keyof SuiteResult["measures"];

/** Over trials that know them; the baseline's over the cases that both have. */
export function measuresOf(
  cases: readonly CaseTally[],
  pairing: Pairing | null,
): SuiteResult["measures"] {
  const measure = (name: Name): Measure => {
    const values = cases.flatMap(({ trials }) => trials.flatMap((trial) => trial[name] ?? []));
    const before = [...(pairing?.before.values() ?? [])].flatMap((known) => known[name] ?? []);
    const all = new Distribution();
    for (const value of values) all.add(value);
    const { p50, p95 } = all.ranks();
    return { mean: meanOf(values), p50, p95, baselineMean: meanOf(before) };
  };
  return {
    latencyMs: measure("latencyMs"),
    costUsd: measure("costUsd"),
    tokens: measure("tokens"),
  };
}
