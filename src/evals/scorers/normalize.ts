/** How two texts are made alike before they are compared. In any case both become NFC. */
export interface TextOptions {
  /** `false`: capitals count as small letters. Default: `true`. */
  readonly caseSensitive?: boolean | undefined;
  /** `false`: white space at both ends counts. Default: `true`. */
  readonly trim?: boolean | undefined;
}

/** Composed letters (NFC), so that the same text is the same however it was typed; then as the options say. */
export function normalize(text: string, options: TextOptions = {}): string {
  const { caseSensitive = true, trim = true } = options;
  const composed = trim ? text.normalize("NFC").trim() : text.normalize("NFC");
  // Lower case can take a letter apart: İ becomes i and a dot above.
  return caseSensitive ? composed : composed.toLowerCase().normalize("NFC");
}
