const hidden = "[secret]";

/** Anything shorter stands in texts by chance. */
const shortestSecret = 6;

/** Shapes of keys and tokens of well-known services, and of anything sent as a credential. */
const shapes: readonly RegExp[] = [
  /\b(?:sk|pk|rk|gsk|xai|hf|ghp|gho|github_pat|AKIA|AIza)[-_]?[A-Za-z0-9_-]{12,}/g,
  /\b(?:Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{8,}/gi,
  /(?<=\b(?:api[-_ ]?key|access[-_ ]?token|authorization|secret|password)\b["']?\s*[:=]\s*["']?)[^\s"'&,}]{6,}/gi,
  /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}/g,
];

/** Removes the given secrets, and whatever looks like one, from a text. */
export function scrubSecrets(text: string, secrets: readonly string[] = []): string {
  let clean = text;
  for (const secret of secrets.toSorted((a, b) => b.length - a.length)) {
    if (secret.length >= shortestSecret) clean = clean.replaceAll(secret, hidden);
  }
  for (const shape of shapes) clean = clean.replace(shape, hidden);
  return clean;
}

/** The values among headers that may be credentials: by the header's name, or because they are long. */
export function secretsIn(headers: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(headers).flatMap(([name, value]) => {
    if (value === undefined) return [];
    const isSecret = /auth|key|token|secret|cookie|password/i.test(name) || value.length >= 16;
    return isSecret ? [value, value.replace(/^(?:Bearer|Basic|Token)\s+/i, "")] : [];
  });
}
