/** JSON found in a text, or why there is none. */
export type FoundJson =
  | { readonly type: "found"; readonly candidates: readonly string[] }
  | { readonly type: "cut-off" }
  | { readonly type: "none" };

/**
 * Finds every outermost object or array in a text, whatever stands around it: prose, code fences, thoughts. One that
 * is still open at the end of the text spoils them all: closing it for the model would make its data silently smaller,
 * and what is whole inside it is only a part.
 */
export function findJson(text: string): FoundJson {
  const candidates: string[] = [];
  for (let index = 0; index < text.length; index++) {
    if (text[index] !== "{" && text[index] !== "[") continue;
    const end = endOf(text, index);
    if (end === undefined) return { type: "cut-off" };
    candidates.push(text.slice(index, end + 1));
    index = end;
  }
  return candidates.length > 0 ? { type: "found", candidates } : { type: "none" };
}

/** The index of the bracket that closes the one at `start`. */
function endOf(text: string, start: number): number | undefined {
  const open: string[] = [];
  for (let index = start; index < text.length; index++) {
    const character = text[index];
    if (character === '"') {
      const close = endOfString(text, index);
      if (close === undefined) return undefined;
      index = close;
    } else if (character === "{" || character === "[") {
      open.push(character === "{" ? "}" : "]");
    } else if (character === "}" || character === "]") {
      if (open.pop() !== character) return undefined;
      if (open.length === 0) return index;
    }
  }
  return undefined;
}

function endOfString(text: string, start: number): number | undefined {
  for (let index = start + 1; index < text.length; index++) {
    if (text[index] === "\\") index++;
    else if (text[index] === '"') return index;
  }
  return undefined;
}
