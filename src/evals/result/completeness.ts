import type { Shard } from "../run/records.ts";
import type { RunPart, RunTally } from "./tally.ts";

/** Whether all is there that a gate is judged by. */
export type Completeness =
  | { readonly kind: "whole" }
  /** One shard, by itself: the gate is judged when all are merged. */
  | { readonly kind: "shard"; readonly shard: Shard }
  /** Sentences: what is missing, and how to get it. */
  | { readonly kind: "incomplete"; readonly why: readonly string[] };

export function completenessOf({ parts }: Pick<RunTally, "parts">): Completeness {
  const [{ start }, ...others] = parts;
  const lonely = others.length === 0 ? start.shard : null;
  const why = parts.flatMap(brokenOff);
  if (lonely === null) why.push(...missingShards(parts));
  if (why.length > 0) return { kind: "incomplete", why };
  return lonely === null ? { kind: "whole" } : { kind: "shard", shard: lonely };
}

const endings = {
  cost: "reached its limit of cost",
  time: "reached its limit of time",
  stopped: "was stopped",
};

function brokenOff({ start, end }: RunPart): string[] {
  const reason = end?.reason;
  if (reason === "done") return [];
  const ended = reason === undefined ? "broke off" : endings[reason];
  const shard = start.shard === null ? "" : `, shard ${start.shard.index} of ${start.shard.of},`;
  return [
    `The run ${start.run}${shard} ${ended} before all trials were made; go on with \`seam eval --resume ${start.run}\`.`,
  ];
}

function missingShards(parts: readonly RunPart[]): string[] {
  const shards = parts.flatMap(({ start }) => start.shard ?? []);
  const of = Math.max(0, ...shards.map((shard) => shard.of));
  const there = new Set(shards.map(({ index }) => index));
  const missing = Array.from({ length: of }, (_, index) => index + 1).filter(
    (index) => !there.has(index),
  );
  if (missing.length === 0) return [];
  return [
    `Of ${of} shards these are missing: ${missing.join(", ")}. Merge the files of all of them.`,
  ];
}
