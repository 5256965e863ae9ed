/** What stands in the place of a secret. */
export const hidden = "[secret]";

/** Anything shorter stands in texts by chance. */
const shortestSecret = 6;

/** A given secret that begins in what is kept, and goes on past it, is not longer than this. */
const longestSecret = 2_000;

/** What credentials are called. */
const names =
  "(?:api|private|secret|access)[-_ ]?key|(?:access|refresh|auth|session|id|api|bearer)[-_ ]?token|authorization|secret|passphrase|passwor[dt]|passwd|pwd|kennwort|mot de passe|contrase[nñ]a|senha|пароль|密[码碼]|パスワード|비밀번호";
const secretName = new RegExp(`(?:${names})(?![a-z])`, "i");

/**
 * Shapes of keys and tokens of well-known services, and of anything sent as a credential; what stands before the
 * credential is the first group. The texts come from strangers, so none may look at a character more than a bounded
 * number of times: what repeats without end either has nothing after it, or cannot begin within itself.
 */
const shapes: readonly RegExp[] = [
  /-----BEGIN()[A-Z ]{0,30} PRIVATE KEY-----[^-]*(?:-----END[A-Z ]{0,30} PRIVATE KEY-----)?/g,
  /\b()(?:(?:sk|pk|rk|gsk|xai|hf|gh[oprsu]|github_pat|glpat|npm|xox[abeprs])[-_]|AKIA|ASIA|AIza)[\w-]{12,}/g,
  /\b()(?:ya29|hv[bs]|SG)\.[\w.-]{20,}/g,
  /(hooks\.slack\.com\/services\/)[\w/]{20,}/g,
  /(?<![a-z])(token\\?["']?\s{0,5}[:=]\s{0,5}\\?["']?)(?=[\w.-]{0,60}\d)[\w.-]{16,}/gi,
  /(:\/\/[^\s/:@]{0,100}:)[^\s/@]{1,500}(?=@)/g,
  /(?<![\w-])()eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{4,}/g,
  new RegExp(
    `(?<![a-z])((?:${names})\\\\?["']?\\s{0,5}[:=：]\\s{0,5}\\\\?["']?(?:(?:bearer|basic|token)\\s{1,5})?)(?!\\[[a-z]{2,8}\\]|(?:bearer|basic|token)\\s)[^\\s"'&,}\\\\]{6,}`,
    "gi",
  ),
  /\b()(?:[Bb]earer|BEARER|[Bb]asic|BASIC)\s{1,5}(?=[\w.~+/=-]{20}|[A-Za-z][\w.~+/-]{0,50}[\d=]|[\w.~+/-]{0,20}[a-z][A-Z][\w.~+/-]{0,20}[a-z][A-Z])[\w.~+/=-]{8,}/g,
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
  return cut(clean, longest);
}

/** No half word stands at the end: it may be a part of what is no longer known for an address or a number. */
function cut(text: string, longest: number): string {
  if (text.length <= longest) return text;
  return `${text.slice(0, longest - 1).replace(/\S{1,200}$/, "")}…`;
}

/** Whether what goes by this name is a credential, e.g. `db_password` or `authorizationToken`. */
export function isSecretName(name: string): boolean {
  return secretName.test(name.replace(/([a-z])([A-Z])/g, "$1_$2"));
}

/** The values among headers that may be credentials: by the header's name, or because they are long. */
export function secretsIn(headers: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(headers).flatMap(([name, value]) => {
    if (value === undefined) return [];
    const isSecret = /auth|key|token|secret|cookie|password/i.test(name) || value.length >= 12;
    return isSecret ? [value, value.replace(/^(?:Bearer|Basic|Token)\s+/i, "")] : [];
  });
}
