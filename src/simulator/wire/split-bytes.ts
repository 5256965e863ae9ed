const longestPiece = 64;

/**
 * Cuts text into byte pieces that end inside every multi-byte character, and inside lines.
 * Joined again they are the text.
 */
export function splitBytes(text: string): Uint8Array[] {
  const bytes = Buffer.from(text, "utf8");
  const pieces: Uint8Array[] = [];
  let start = 0;
  for (let index = 1; index < bytes.length; index++) {
    const startsCharacter = (bytes[index - 1] ?? 0) >= 0xc0;
    if (startsCharacter || index - start >= longestPiece) {
      pieces.push(bytes.subarray(start, index));
      start = index;
    }
  }
  pieces.push(bytes.subarray(start));
  return pieces;
}
