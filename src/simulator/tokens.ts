const charactersPerToken = 4;

/**
 * Splits text into the simulator's tokens: four characters each, never inside a character.
 * The number of pieces is the token count reported as usage and the unit of `afterTokens`.
 */
export function splitTokens(text: string): string[] {
  const pieces: string[] = [];
  let start = 0;
  while (start < text.length) {
    const end = endOfToken(text, start);
    pieces.push(text.slice(start, end));
    start = end;
  }
  return pieces;
}

/** The number of pieces {@link splitTokens} would give. */
export function countTokens(text: string): number {
  let count = 0;
  for (let start = 0; start < text.length; start = endOfToken(text, start)) count++;
  return count;
}

function endOfToken(text: string, start: number): number {
  let end = start;
  for (let taken = 0; taken < charactersPerToken && end < text.length; taken++) {
    end += (text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1;
  }
  return end;
}
