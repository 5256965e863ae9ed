import { fingerprintOf } from "../../call/canonical.ts";
import type { CallEvent, EventFilter, EventReader } from "../../events.ts";
import type { Redactor } from "../../redact/redactor.ts";
import { evalDefaults } from "../defaults.ts";
import { type KnownCases, type ProductionRow, productionRow } from "./case-file.ts";
import { clustersOf } from "./cluster.ts";
import { inTurn, LeastRanks, rankOf } from "./ranks.ts";
import { isOfEval, recordedOf } from "./recorded.ts";
import { signOf } from "./sign.ts";

/**
 * How calls are drawn. `random`: each as readily as another. `failure`: those that show a sign of having gone badly, from
 * each kind in turn. `cost`: the dearer, the readier. `cluster`: from each cluster of similar prompts in turn.
 */
export type SampleBy = (typeof sampleBys)[number];

export const sampleBys = ["random", "failure", "cost", "cluster"] as const;

export interface SampleOptions {
  readonly filter: EventFilter;
  readonly by: SampleBy;
  readonly count: number;
  readonly seed: number;
  readonly lowScore: number;
  readonly redactors: readonly Redactor[];
  /** What is not drawn again. */
  readonly known: KnownCases;
}

export interface Sample {
  readonly rows: readonly ProductionRow[];
  /** Calls that match; those that evals have made do not count. */
  readonly matching: number;
  /** Of these, calls that can be drawn in the way that was asked for. */
  readonly drawable: number;
  /** Of those that would have been drawn: calls whose content was not kept, and calls that are cases already. */
  readonly withoutContent: number;
  readonly known: number;
}

interface Drawn {
  readonly row: ProductionRow;
  /** The fingerprint of its input. */
  readonly input: string;
  /** What the user said. */
  readonly text: string;
}

/** Draws calls of the store, each input once. Holds a few times as many calls in memory as it draws. */
export async function sample(events: EventReader, options: SampleOptions): Promise<Sample> {
  const { by, count, seed } = options;
  const size = by === "cluster" ? Math.max(count, evalDefaults.sample.clustered) : count;
  const groups = new Map<string, LeastRanks<Drawn>>();
  const counts = { matching: 0, drawable: 0, withoutContent: 0, known: 0 };
  const groupOf = await grouping(events, options);
  for await (const event of events.each({ ...options.filter, scope: "roots" })) {
    if (isOfEval(event)) continue;
    counts.matching++;
    const weight = by === "cost" ? (event.costUsd ?? 0) : 1;
    const group = weight > 0 ? await groupOf(event) : undefined;
    if (group === undefined) continue;
    counts.drawable++;
    const least = groups.get(group) ?? new LeastRanks<Drawn>(size);
    groups.set(group, least);
    const rank = rankOf(seed, event.id, weight);
    if (!least.mayKeep(rank)) continue;
    const drawn = drawnOf(event, group, options);
    if (typeof drawn === "string") counts[drawn]++;
    else least.add(drawn.input, rank, drawn);
  }
  const drawn = [...groups.values()].map((group) => group.values());
  // What has gone badly in two ways stands in two groups.
  const inputs = new Set<string>();
  const rows = inTurn(by === "cluster" ? clustered(drawn.flat()) : drawn)
    .filter(({ input }) => !inputs.has(input) && inputs.add(input))
    .map(({ row }) => row);
  return { ...counts, rows: rows.slice(0, count) };
}

/** What group a call is drawn from; `undefined`: it is not to be drawn. */
async function grouping(
  events: EventReader,
  { by, filter, lowScore }: SampleOptions,
): Promise<(event: CallEvent) => Promise<string | undefined>> {
  if (by !== "failure") return async () => "";
  // Most stores have no scores: none is looked for then.
  const scored = (await events.scoreStats({ ...filter, by: [] })).length > 0;
  return async (event) => signOf(event, scored ? await events.scores(event.id) : [], lowScore);
}

function drawnOf(
  event: CallEvent,
  sign: string,
  { redactors, known }: SampleOptions,
): Drawn | "known" | "withoutContent" {
  if (known.ids.has(event.id)) return "known";
  const call = recordedOf(event, redactors);
  if (call === undefined) return "withoutContent";
  const metadata = sign === "" ? call.metadata : { ...call.metadata, sign };
  const row = productionRow({ ...call, metadata });
  const input = fingerprintOf(row.input);
  return known.inputs.has(input) ? "known" : { row, input, text: call.text };
}

function clustered(drawn: readonly Drawn[]): Drawn[][] {
  const texts = drawn.map(({ text }) => text);
  const clusters: Drawn[][] = [];
  for (const [index, cluster] of clustersOf(texts, evalDefaults.sample.similarity).entries()) {
    const each = drawn[index];
    if (each === undefined) continue;
    const metadata = { ...each.row.metadata, cluster };
    clusters[cluster] = [...(clusters[cluster] ?? []), { ...each, row: { ...each.row, metadata } }];
  }
  return clusters;
}
