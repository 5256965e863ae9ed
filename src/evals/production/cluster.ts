const segmenter = new Intl.Segmenter(undefined, { granularity: "word" });

/** As much of a text as says what it is about. */
const mostCharacters = 4_000;

/** Words of more than this share of the texts are those of the feature's template, once there are enough texts to tell. */
const templateShare = 0.9;
const leastForTemplate = 10;

/** Words of a text with their weights; their squares add up to 1. */
type Vector = ReadonlyMap<string, number>;

/**
 * Puts texts together that say similar things: each goes to the text that leads the nearest cluster, where its words
 * are alike enough (cosine of TF-IDF), or leads one of its own. The same texts in the same order make the same clusters.
 *
 * @param similarity from 0 to 1: how alike a text and its leader are at least
 * @returns for each text the number of its cluster, from 0
 */
export function clustersOf(texts: readonly string[], similarity: number): number[] {
  const leaders: Vector[] = [];
  return vectorsOf(texts).map((vector) => {
    const [nearest, alike] = nearestOf(vector, leaders);
    return alike >= similarity ? nearest : leaders.push(vector) - 1;
  });
}

function nearestOf(vector: Vector, leaders: readonly Vector[]): [index: number, alike: number] {
  let [nearest, best] = [-1, -1];
  for (const [index, leader] of leaders.entries()) {
    const alike = cosine(vector, leader);
    if (alike > best) [nearest, best] = [index, alike];
  }
  return [nearest, best];
}

function vectorsOf(texts: readonly string[]): Vector[] {
  const counts = texts.map(wordsOf);
  const within = new Map<string, number>();
  for (const words of counts) {
    for (const word of words.keys()) within.set(word, (within.get(word) ?? 0) + 1);
  }
  const mostTexts = texts.length < leastForTemplate ? texts.length : texts.length * templateShare;
  return counts.map((words) => {
    const weights = [...words].flatMap(([word, count]): [string, number][] => {
      const holding = within.get(word) ?? 0;
      if (holding > mostTexts) return [];
      const rarity = Math.log((1 + texts.length) / (1 + holding)) + 1;
      return [[word, (1 + Math.log(count)) * rarity]];
    });
    const length = Math.hypot(...weights.map(([, weight]) => weight));
    return new Map(weights.map(([word, weight]) => [word, weight / length]));
  });
}

/** A number counts as one, whichever it is: else order 4711 and order 4712 would have little in common. */
function wordsOf(text: string): Map<string, number> {
  const words = new Map<string, number>();
  const beginning = text.slice(0, mostCharacters).toLowerCase().normalize("NFKC");
  for (const { segment, isWordLike } of segmenter.segment(beginning)) {
    if (isWordLike !== true) continue;
    const word = /^\p{N}/u.test(segment) ? "0" : segment;
    words.set(word, (words.get(word) ?? 0) + 1);
  }
  return words;
}

function cosine(a: Vector, b: Vector): number {
  if (a.size === 0 && b.size === 0) return 1;
  const [small, large] = a.size < b.size ? [a, b] : [b, a];
  let sum = 0;
  for (const [word, weight] of small) sum += weight * (large.get(word) ?? 0);
  return sum;
}
