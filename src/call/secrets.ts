const hidden = "[secret]";

/** Anything shorter stands in texts by chance. */
const shortestSecret = 6;

/** A secret that begins in what is kept, and goes on past it, is not longer than this. */
const longestSecret = 2_000;

/**
 * Shapes of keys and tokens of well-known services, and of anything sent as a credential; what stands before the
 * credential is the first group. Every repetition is bounded: the texts come from strangers.
 */
const shapes: readonly RegExp[] = [
  /\b()(?:sk|pk|rk|gsk|xai|hf|ghp|gho|github_pat|AKIA|AIza)[-_]?[A-Za-z0-9_-]{12,2000}/g,
  /\b()(?:Bearer|Basic)\s{1,5}[A-Za-z0-9._~+/=-]{8,2000}/gi,
  /\b((?:api[-_ ]?key|access[-_ ]?token|authorization|secret|password)\b["']?\s{0,5}[:=]\s{0,5}["']?)[^\s"'&,}]{6,2000}/gi,
  /\b()eyJ[A-Za-z0-9_-]{8,2000}\.[A-Za-z0-9_-]{8,2000}\.[A-Za-z0-9_-]{4,2000}/g,
];

/** The beginning of a text without the given secrets, and without whatever looks like one. */
export function scrubSecrets(
  text: string,
  secrets: readonly string[] = [],
  longest: number = 10_000,
): string {
  let clean = text.slice(0, longest + longestSecret);
  for (const secret of secrets.toSorted((a, b) => b.length - a.length)) {
    if (secret.length >= shortestSecret) clean = clean.replaceAll(secret, hidden);
  }
  for (const shape of shapes) clean = clean.replace(shape, `$1${hidden}`);
  return clean.slice(0, longest);
}

/** The values among headers that may be credentials: by the header's name, or because they are long. */
export function secretsIn(headers: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(headers).flatMap(([name, value]) => {
    if (value === undefined) return [];
    const isSecret = /auth|key|token|secret|cookie|password/i.test(name) || value.length >= 12;
    return isSecret ? [value, value.replace(/^(?:Bearer|Basic|Token)\s+/i, "")] : [];
  });
}
