import type { EmbeddingModelV4 } from "@ai-sdk/provider";
import type { Scored } from "../scorer.ts";
import { notApplicable } from "../scorer.ts";
import { type Compare, comparing } from "./compare.ts";
import { text, texts } from "./read.ts";

/** Makes a vector of each text, in the same order. */
export type Embed = (texts: string[], signal: AbortSignal) => Promise<readonly number[][]>;

export interface SimilarOptions {
  /** A function, or an embedding model of the AI SDK. Without one the scorer applies to no trial. */
  readonly embed?: Embed | EmbeddingModelV4 | undefined;
}

/**
 * How near the output is to a reference in meaning: the cosine of their embeddings, where less than 0 counts as 0. Of
 * several references the nearest one counts. What is near in meaning need not be right: "is" and "is not" are near.
 *
 * @example similar({ embed: openai.embeddingModel("text-embedding-3-small"), passAt: 0.8 })
 */
export const similar: Compare<string, string | readonly string[], SimilarOptions> = comparing({
  name: "similar",
  actual: text,
  wanted: texts,
  score: async (actual, wanted, { embed }: SimilarOptions, { signal }): Promise<Scored> => {
    if (embed === undefined) return notApplicable("no embedder is configured: give `embed`");
    const all = [actual, ...wanted].map((one) => one.normalize("NFC"));
    const [given, ...references] = await vectorsOf(all, embed, signal);
    const cosines = references.map((reference) => cosine(given ?? [], reference));
    return { score: Math.min(Math.max(0, ...cosines), 1) };
  },
});

async function vectorsOf(
  all: string[],
  embed: Embed | EmbeddingModelV4,
  signal: AbortSignal,
): Promise<readonly (readonly number[])[]> {
  const vectors =
    typeof embed === "function" ? await embed(all, signal) : await embedBy(embed, all, signal);
  const [{ length } = []] = vectors;
  const isWhole = vectors.length === all.length && length > 0;
  if (isWhole && vectors.every((one) => one.length === length && one.every(Number.isFinite))) {
    return vectors;
  }
  throw new TypeError(
    `\`embed\` must give ${all.length} vectors of numbers, all of one length; it gave ${vectors.length}`,
  );
}

async function embedBy(
  model: EmbeddingModelV4,
  all: string[],
  abortSignal: AbortSignal,
): Promise<readonly number[][]> {
  const size = Math.max(1, (await model.maxEmbeddingsPerCall) ?? all.length);
  const vectors: number[][] = [];
  for (let start = 0; start < all.length; start += size) {
    const values = all.slice(start, start + size);
    vectors.push(...(await model.doEmbed({ values, abortSignal })).embeddings);
  }
  return vectors;
}

function cosine(one: readonly number[], other: readonly number[]): number {
  let [dot, length, otherLength] = [0, 0, 0];
  for (const [index, value] of one.entries()) {
    const against = other[index] ?? 0;
    dot += value * against;
    length += value * value;
    otherLength += against * against;
  }
  return length === 0 || otherLength === 0 ? 0 : dot / Math.sqrt(length * otherLength);
}
