/** The beginning of a text; no character is cut in half. */
export function beginningOf(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const isHalf = /[\uD800-\uDBFF]/.test(text.charAt(longest - 1));
  return text.slice(0, isHalf ? longest - 1 : longest);
}

/** Says to the model that it was given a part. */
export function cutNotice(given: number, whole: number): string {
  return `[cut: the first ${grouped(given)} of ${grouped(whole)} characters]`;
}

function grouped(count: number): string {
  return count.toLocaleString("en-US");
}
