const longest = 300;

/** A reason as the model, or an approver, is given it: one line, cut to 300 characters. */
export function shortReason(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, " ").trim();
  const letters = [...line.slice(0, 2 * longest)];
  return letters.length <= longest ? line : `${letters.slice(0, longest - 1).join("")}…`;
}
