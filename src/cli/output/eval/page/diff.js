import { make } from "./dom.js";

/** The table of a comparison has a cell for each pair of words: longer texts are shown without marks. */
const mostCells = 4_000_000;

/** Two texts as lists of nodes: what only one of them has is marked as deleted there, or as inserted here. */
export function marked(before, after) {
  const [old, now] = [wordsOf(before), wordsOf(after)];
  let start = 0;
  while (start < old.length && start < now.length && old[start] === now[start]) start += 1;
  let end = 0;
  while (end < Math.min(old.length, now.length) - start && old.at(-1 - end) === now.at(-1 - end)) {
    end += 1;
  }
  const [a, b] = [old.slice(start, old.length - end), now.slice(start, now.length - end)];
  if ((a.length + 1) * (b.length + 1) > mostCells) return { before: [before], after: [after] };
  const shared = sharedWords(a, b);
  const [same, tail] = [old.slice(0, start).join(""), old.slice(old.length - end).join("")];
  return {
    before: [same, ...runs(a, shared.inA, "del"), tail],
    after: [same, ...runs(b, shared.inB, "ins"), tail],
  };
}

/** Words, with the white space and marks between them as words of their own. */
function wordsOf(text) {
  return text.match(/[\p{L}\p{N}_]+|\s+|[^\p{L}\p{N}_\s]/gu) ?? [];
}

/** Which words of each side belong to their longest common subsequence. */
function sharedWords(a, b) {
  const width = b.length + 1;
  const lengths = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      lengths[i * width + j] =
        a[i] === b[j]
          ? lengths[(i + 1) * width + j + 1] + 1
          : Math.max(lengths[(i + 1) * width + j], lengths[i * width + j + 1]);
    }
  }
  const [inA, inB] = [new Set(), new Set()];
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (a[i] === b[j]) {
      inA.add(i++);
      inB.add(j++);
    } else if (lengths[(i + 1) * width + j] >= lengths[i * width + j + 1]) i += 1;
    else j += 1;
  }
  return { inA, inB };
}

function runs(words, shared, mark) {
  const nodes = [];
  for (let at = 0; at < words.length; ) {
    const isShared = shared.has(at);
    let text = "";
    while (at < words.length && shared.has(at) === isShared) text += words[at++];
    nodes.push(isShared ? text : make(mark, {}, text));
  }
  return nodes;
}
