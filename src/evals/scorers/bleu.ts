import { type Compare, comparing } from "./compare.ts";
import { inCommon, ngramsOf } from "./ngrams.ts";
import { text, texts } from "./read.ts";

export interface BleuOptions {
  /**
   * What becomes of n-grams of which none match (Chen & Cherry 2014): `exp` halves their precision from one n to the next,
   * `floor` counts 0.1 of a match, `add-1` adds one to matches and totals beyond single words. Default: `exp`.
   */
  readonly smoothing?: "exp" | "floor" | "add-1" | "none" | undefined;
  /** How text is cut: `13a` as in mteval-v13a, or each character alone, for scripts without spaces. Default: `13a`. */
  readonly tokens?: "13a" | "characters" | undefined;
}

/**
 * Sentence BLEU from 0 to 1 against one or several references (Papineni et al. 2002): up to four words in a row, effective
 * order, the reference nearest in length for the brevity penalty. The figures of sacreBLEU's `sentence_bleu`, divided by 100.
 *
 * @example bleu({ smoothing: "floor" })
 */
export const bleu: Compare<string, string | readonly string[], BleuOptions> = comparing({
  name: "bleu",
  actual: text,
  wanted: texts,
  score: (actual, wanted, options: BleuOptions) => {
    const tokensOf = options.tokens === "characters" ? charactersOf : tokens13a;
    return sentenceBleu(tokensOf(actual), wanted.map(tokensOf), options.smoothing);
  },
});

function sentenceBleu(
  given: readonly string[],
  references: readonly (readonly string[])[],
  smoothing: BleuOptions["smoothing"] = "exp",
): number {
  const orders = [1, 2, 3, 4].map((n) => matchesOf(given, references, n));
  if (orders.every(({ correct }) => correct === 0)) return 0;
  let unmatched = 0;
  let sum = 0;
  let order = 0;
  for (let { correct, total } of orders) {
    if (smoothing === "add-1" && order > 0) {
      correct += 1;
      total += 1;
    }
    if (total === 0) break;
    order += 1;
    if (correct === 0) {
      if (smoothing === "none" || smoothing === "add-1") return 0;
      unmatched += 1;
      correct = smoothing === "exp" ? 2 ** -unmatched : 0.1;
    }
    sum += Math.log(correct / total);
  }
  return brevity(given.length, references) * Math.exp(sum / order);
}

/** Each n-gram counts as often as the reference has it that has it most often. */
function matchesOf(
  given: readonly string[],
  references: readonly (readonly string[])[],
  n: number,
): { readonly correct: number; readonly total: number } {
  const most = new Map<string, number>();
  for (const reference of references) {
    for (const [gram, count] of ngramsOf(reference, n).counts) {
      most.set(gram, Math.max(count, most.get(gram) ?? 0));
    }
  }
  const { counts, total } = ngramsOf(given, n);
  return { correct: inCommon(counts, most), total };
}

function brevity(length: number, references: readonly (readonly string[])[]): number {
  const off = (reference: number): number => Math.abs(reference - length);
  const nearest = references
    .map((reference) => reference.length)
    .reduce((best, one) =>
      off(one) < off(best) || (off(one) === off(best) && one < best) ? one : best,
    );
  return length < nearest ? Math.exp(1 - nearest / length) : 1;
}

/** The tokens of NIST's mteval-v13a.pl. */
function tokens13a(text: string): readonly string[] {
  const plain = text
    .normalize("NFC")
    .trimEnd()
    .replaceAll("<skipped>", "")
    .replaceAll("-\n", "")
    .replaceAll("\n", " ")
    // One after the other, as there: of `&amp;lt;` comes `<`.
    .replaceAll("&quot;", '"')
    .replaceAll("&amp;", "&")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">");
  return ` ${plain} `
    .replace(/([{-~[-` -&(-+:-@/])/g, " $1 ")
    .replace(/([^0-9])([.,])/g, "$1 $2 ")
    .replace(/([.,])([^0-9])/g, " $1 $2")
    .replace(/([0-9])(-)/g, "$1 $2 ")
    .split(/\s+/u)
    .filter((token) => token !== "");
}

function charactersOf(text: string): readonly string[] {
  return [...text.normalize("NFC")].filter((character) => character.trim() !== "");
}
