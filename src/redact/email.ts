const letters = "\\p{L}\\p{M}\\p{N}";
const local = `[${letters}._%+'&~-]`;
const label = `[${letters}](?:[${letters}-]{0,62}[${letters}])?`;

/** Addresses that are in use: without quotes, comments and IP addresses, which mail allows and people do not write. */
const address = new RegExp(
  `(?<!${local})${local}+(?:[@＠]|%40)(?!\\dx\\.\\w)(?:${label}\\.){1,8}(?:xn--[A-Za-z0-9-]{1,59}|[\\p{L}\\p{M}]{2,63})`,
  "gu",
);

/** Every e-mail address becomes `[email]`. `logo@2x.png` is the name of a picture. */
export function redactEmails(text: string): string {
  return /[@＠]|%40/.test(text) ? text.replace(address, "[email]") : text;
}
