import { evalDefaults } from "../defaults.ts";
import { type Group, resultsOf } from "./metrics.ts";
import type { SliceResult } from "./result.ts";
import type { CaseTally } from "./tally.ts";

/** What is left out, where a field has too many values to be looked at. */
export interface LeftOut {
  readonly field: string;
  readonly values: number;
}

/**
 * Each value of each field apart. Slices are for looking, and fail no gate; their comparisons are corrected for all of
 * them together, so that looking at many does not find what is not there.
 */
export function slicesOf(
  whole: Group,
  fields: readonly string[],
): { readonly slices: SliceResult[]; readonly leftOut: LeftOut[] } {
  const leftOut: LeftOut[] = [];
  const parts = fields.flatMap((field, index) => {
    const values = [...byValue(whole.cases, index)].sort(
      ([a, one], [b, other]) => other.length - one.length || (a < b ? -1 : 1),
    );
    const shown = values.slice(0, evalDefaults.report.sliceValues);
    if (shown.length < values.length) {
      leftOut.push({ field, values: values.length - shown.length });
    }
    return shown.map(([value, cases]) => ({ field, value, cases }));
  });
  const results = resultsOf(parts.map(({ cases }) => ({ ...whole, cases })));
  const slices = parts.map(({ field, value }, index) => ({
    field,
    value,
    metrics: results[index] ?? [],
  }));
  return { slices, leftOut };
}

function byValue(cases: readonly CaseTally[], field: number): Map<string, CaseTally[]> {
  const groups = new Map<string, CaseTally[]>();
  for (const each of cases) {
    for (const value of each.slices[field] ?? []) {
      const group = groups.get(value);
      if (group === undefined) groups.set(value, [each]);
      else group.push(each);
    }
  }
  return groups;
}
