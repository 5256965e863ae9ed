import { isSecretName } from "./secrets.ts";

/** Options of providers that say who asks, or what a request goes on from. */
const ofOneRequest = new Set([
  "conversation",
  "metadata",
  "previousResponseId",
  "promptCacheKey",
  "safetyIdentifier",
  "user",
]);

type Options = Readonly<Record<string, unknown>>;

/** Options by provider, without what belongs to single requests; `undefined` where nothing is left. */
export function staticOptions(options: Readonly<Record<string, Options>>): Options | undefined {
  const providers = Object.entries(options).flatMap(([provider, ofProvider]) => {
    const lasting = Object.entries(ofProvider).filter(([name]) => !ofOneRequest.has(name));
    return lasting.length === 0 ? [] : [[provider, withoutSecrets(Object.fromEntries(lasting))]];
  });
  return providers.length === 0 ? undefined : Object.fromEntries(providers);
}

/** Credentials change, are missing where nothing is sent, and have no place in a file that is committed; nor have headers. */
export function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (
    typeof value !== "object" ||
    value === null ||
    Object.getPrototypeOf(value) !== Object.prototype
  )
    return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) =>
      name === "headers" || isSecretName(name) ? [] : [[name, withoutSecrets(member)]],
    ),
  );
}
