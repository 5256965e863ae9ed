/** Two letters of a country, two check digits, 11 to 30 letters and digits, in groups of four or in one. */
const shape =
  /(?<![\p{L}\p{N}])[A-Z]{2}\d{2}(?:[ \u00a0-]?[A-Z0-9]{4}){2,7}(?:[ \u00a0-]?[A-Z0-9]{1,3})?(?![\p{L}\p{N}])/giu;

const lastGroup = /[ \u00a0-][^ \u00a0-]*$/;

/** Every IBAN whose check digits are right becomes `[iban]`. */
export function redactIbans(text: string): string {
  let clean = "";
  let kept = 0;
  const search = new RegExp(shape);
  for (let found = search.exec(text); found !== null; found = search.exec(text)) {
    const length = ibanLength(found[0]);
    if (length === 0) {
      search.lastIndex = found.index + 1;
      continue;
    }
    clean += `${text.slice(kept, found.index)}[iban]`;
    kept = found.index + length;
    search.lastIndex = kept;
  }
  return clean + text.slice(kept);
}

/** How long the account is that a match begins with: the words behind it may look like its last groups. */
function ibanLength(found: string): number {
  for (let end = found.length; end > 0; end = found.slice(0, end).search(lastGroup)) {
    if (isIban(found.slice(0, end))) return end;
  }
  return 0;
}

/** ISO 7064: with the first four characters at the end and letters as 10 to 35, it is 1 modulo 97. */
function isIban(found: string): boolean {
  const compact = found.replace(/[^A-Z0-9]/gi, "");
  if (compact.length < 15 || compact.length > 34) return false;
  let rest = 0;
  for (const character of compact.slice(4) + compact.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
}
