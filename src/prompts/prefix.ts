import { tokensOfText } from "../call/estimate.ts";
import type { Segment } from "./segments.ts";

/** The beginning that more than half of the prompts have in common. */
export interface Prefix {
  readonly segments: readonly Segment[];
  /** Of the prompts that were compared, how many begin so: above 0.5, at most 1. */
  readonly share: number;
  /** The segment after it, where that begins alike in more than half of them, too, with how many tokens of it. */
  readonly next: { readonly label: string; readonly tokens: number } | undefined;
}

/** Segment by segment, for as long as more than half of all prompts go on alike. */
export function prefixOf(prompts: readonly (readonly Segment[])[]): Prefix {
  const segments: Segment[] = [];
  let alike = prompts;
  for (;;) {
    const largest = largestGroup(alike, segments.length);
    const [segment] = largest.map((prompt) => prompt[segments.length]);
    if (segment === undefined || largest.length * 2 <= prompts.length) break;
    segments.push(segment);
    alike = largest;
  }
  const share = prompts.length === 0 ? 0 : alike.length / prompts.length;
  const nexts = alike.flatMap((prompt) => prompt[segments.length] ?? []);
  return { segments, share, next: commonHead(nexts, Math.floor(prompts.length / 2) + 1) };
}

function largestGroup(
  prompts: readonly (readonly Segment[])[],
  index: number,
): readonly (readonly Segment[])[] {
  const groups = Map.groupBy(prompts, (prompt) => prompt[index]?.text);
  groups.delete(undefined);
  return [...groups.values()].reduce<readonly (readonly Segment[])[]>(
    (largest, group) => (group.length > largest.length ? group : largest),
    [],
  );
}

/** The longest beginning that at least so many of these segments share: neighbours, once they are sorted. */
function commonHead(segments: readonly Segment[], least: number): Prefix["next"] {
  const sorted = segments.toSorted((a, b) => (a.text < b.text ? -1 : 1));
  let longest: { readonly label: string; readonly head: string } | undefined;
  for (const [index, { label, text }] of sorted.entries()) {
    const other = sorted[index + least - 1];
    const head = other === undefined ? "" : sameBeginning(text, other.text);
    if (head.length > (longest?.head.length ?? 0)) longest = { label, head };
  }
  return longest && { label: longest.label, tokens: tokensOfText(longest.head) };
}

function sameBeginning(a: string, b: string): string {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return a.slice(0, length);
}
