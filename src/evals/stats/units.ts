/** What is independent of the rest: a cluster, or a case that belongs to none. */
export interface Unit {
  /** How many cases it holds. */
  readonly size: number;
  /** Of their values. */
  readonly sum: number;
}

export interface Clustered {
  readonly cluster: string | null;
}

/** In an order that does not depend on the order of the cases, which seeded methods would show. */
export function unitsOf<Case extends Clustered>(
  cases: readonly Case[],
  measure: (of: Case) => number,
): readonly Unit[] {
  const units: Unit[] = [];
  const clusters = new Map<string, number[]>();
  for (const each of cases) {
    const values = each.cluster === null ? [] : (clusters.get(each.cluster) ?? []);
    values.push(measure(each));
    if (each.cluster === null) units.push(unitOf(values));
    else clusters.set(each.cluster, values);
  }
  for (const values of clusters.values()) units.push(unitOf(values));
  return units.sort((one, other) => one.size - other.size || one.sum - other.sum);
}

export function clustersIn(cases: readonly Clustered[]): number | null {
  const clusters = new Set(cases.map(({ cluster }) => cluster));
  const loose = cases.filter(({ cluster }) => cluster === null).length;
  clusters.delete(null);
  return clusters.size === 0 ? null : clusters.size + loose;
}

/** Sorted first: a sum of fractions depends on its order. */
function unitOf(values: readonly number[]): Unit {
  const sum = values.toSorted((a, b) => a - b).reduce((total, value) => total + value, 0);
  return { size: values.length, sum };
}
