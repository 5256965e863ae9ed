import Table from "cli-table3";
import type { Verdict } from "./verdict.ts";
import type { Vitals } from "./vitals.ts";

/** Everything that a soak has seen. */
export interface Soaked {
  readonly minutes: number;
  readonly seed: number;
  readonly calls: number;
  /** Events in the store; one for each call, or something was lost. */
  readonly recorded: number;
  readonly endings: Readonly<Record<string, number>>;
  readonly faults: Readonly<Record<string, number>>;
  readonly troubles: Readonly<Record<string, number>>;
  readonly moments: readonly Vitals[];
  readonly verdicts: readonly Verdict[];
  /** What must not have happened, in words. */
  readonly lost: readonly string[];
}

export function soakReport(soaked: Soaked): string {
  const { minutes, seed, calls, recorded, endings, faults, troubles, verdicts, lost } = soaked;
  const played = Object.entries(faults).filter(([name]) => name !== "none");
  const times = played.reduce((sum, [, count]) => sum + count, 0);
  const leaks = verdicts.filter(({ isLeak }) => isLeak).map(({ of }) => of);
  return [
    `${minutes} min, seed ${seed}: ${calls} calls, ${recorded} recorded; ${times} faults of ${played.length} kinds.`,
    `Calls ended: ${list(endings)}.`,
    ...(Object.keys(troubles).length === 0 ? [] : [`Troubles: ${list(troubles)}.`]),
    verdictTable(verdicts),
    ...lost.map((what) => `LOST: ${what}`),
    leaks.length === 0 ? "Nothing leaks." : `LEAKS: ${leaks.join(", ")}.`,
  ].join("\n");
}

function verdictTable(verdicts: readonly Verdict[]): string {
  const table = new Table({
    head: ["while nothing is under way", "after warm-up", "at the end", "growth a round", ""],
    style: { head: [], border: [], compact: true },
    colAligns: ["left", "right", "right", "right", "left"],
  });
  for (const { of, first, last, slope, isLeak } of verdicts) {
    const show = of === "heap" || of === "rss" ? megabytes : number;
    const said = of === "rss" ? "not judged" : isLeak ? "LEAK" : "steady";
    table.push([of, show(first), show(last), show(slope), said]);
  }
  return table.toString();
}

function list(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(", ");
}

function megabytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(2)} MB`;
}

function number(value: number): string {
  return Number(value.toFixed(2)).toString();
}
