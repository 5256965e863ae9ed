/**
 * What is not seen as what it is: control and format characters, all that is invisible, spaces that are not plain ones.
 * Beside it `\n`, which {@link exactJson} lays out with.
 */
const unseen = /[^\P{C}\n]|[\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|(?! )\p{Zs}/gu;

/** JSON laid out to be read by somebody who must know exactly what it says; still JSON of the same value. */
export function exactJson(value: unknown): string {
  return (JSON.stringify(value, null, 2) ?? "nothing").replace(unseen, escaped);
}

/** Text in one line, with everything visible that is in it. */
export function exactLine(text: string): string {
  return text.replace(unseen, escaped).replaceAll("\n", "\\n");
}

function escaped(character: string): string {
  return character
    .split("")
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .join("");
}
