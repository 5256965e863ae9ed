import { hidden, isSecretName, scrubSecrets } from "../call/secrets.ts";

/** Everything that looks like a key, a token or a password, and every text under such a name, becomes `[secret]`. */
export function redactSecrets(text: string, field = ""): string {
  if (text !== "" && isSecretName(field)) return hidden;
  return scrubSecrets(text, [], Number.POSITIVE_INFINITY);
}
