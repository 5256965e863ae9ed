import type { Size } from "../sizes.ts";
import { drops, type GateNumbers, naivePoints } from "../suites/eval-gate.ts";
import type { EvalRuns } from "../suites/evals.ts";
import { table } from "./table.ts";

export function evalRunTable(runs: EvalRuns): string {
  const rows = runs.map(({ cases, seam, loop }) => [
    cases.toLocaleString("en"),
    perSecond(cases, seam.seconds),
    perSecond(cases, loop.seconds),
    megabytes(seam.peakBytes),
    megabytes(loop.peakBytes),
  ]);
  const head = ["cases", "a second", "bare loop", "peak MB", "bare loop"];
  return table("seam eval, deterministic cases; the process from start to end", head, rows);
}

function perSecond(cases: number, seconds: number): string {
  return Math.round(cases / seconds).toLocaleString("en");
}

function megabytes(bytes: number): string {
  return Math.round(bytes / 1_000_000).toLocaleString("en");
}

export function gateTables(gate: GateNumbers, { gateNulls, gateDrops }: Size): string[] {
  const worlds = Object.entries(gate);
  const share = (value: number | undefined): string => `${(100 * (value ?? 0)).toFixed(1)} %`;
  const alarms = worlds.map(([name, [nothing]]) => {
    const { regressed, improved, naive, covered } = nothing.rates;
    return [name, ...[regressed, improved, ...naive, covered].map(share)];
  });
  const seen = worlds.map(([name, [, ...changed]]) => [
    name,
    ...changed.flatMap(({ rates }) => [share(rates.regressed), share(rates.naive.at(-1))]),
  ]);
  const lower = naivePoints.map((points) => `mean lower by > ${points}`);
  const points = drops.flatMap((drop) => [`${100 * drop} points`, "naive"]);
  const most = naivePoints.at(-1);
  return [
    table(
      `False alarms: nothing has changed, ${gateNulls.toLocaleString("en")} comparisons each`,
      ["", "regressed", "improved", ...lower, "intervals that hold 0"],
      alarms,
    ),
    table(
      `Detection: the mean falls by so much, ${gateDrops.toLocaleString("en")} comparisons each; naive: mean lower by > ${most}`,
      ["", ...points],
      seen,
    ),
  ];
}
