import { ConfigError } from "../errors.ts";
import type { ProviderConfig } from "./types.ts";

export type ProviderKind = NonNullable<ProviderConfig["kind"]>;

/** Where a provider is reached and how, with the environment taken into account. */
export interface Endpoint {
  readonly name: string;
  readonly kind: ProviderKind;
  readonly baseURL: string;
  readonly apiKey: string | undefined;
  /** The environment variable that was read for the key. */
  readonly apiKeyVariable: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly api: "chat" | "responses";
  readonly structuredOutputs: boolean;
  /** `undefined`: the model's name tells. */
  readonly prefill: boolean | undefined;
  readonly taskHeader: string | undefined;
}

const homes: Readonly<Record<string, { kind: ProviderKind; baseURL: string }>> = {
  anthropic: { kind: "anthropic", baseURL: "https://api.anthropic.com/v1" },
  openai: { kind: "openai", baseURL: "https://api.openai.com/v1" },
};

/** The providers of a config, and the two that need no entry. */
export function endpointNames(providers: Readonly<Record<string, unknown>>): string[] {
  return [...new Set([...Object.keys(homes), ...Object.keys(providers)])];
}

/** Throws ConfigError where the provider has no address. */
export function endpointOf(
  name: string,
  config: ProviderConfig,
  env: Readonly<Record<string, string | undefined>>,
): Endpoint {
  const home = homes[name];
  const kind = config.kind ?? home?.kind ?? "openai-compatible";
  const prefix = name.toUpperCase().replace(/[^A-Z0-9]+/g, "_");
  const baseURL = config.baseURL ?? nonEmpty(env[`${prefix}_BASE_URL`]) ?? home?.baseURL;
  if (baseURL === undefined) {
    throw new ConfigError({
      summary: `The provider ${name} has no address`,
      advice: `Set \`providers.${name}.baseURL\`, e.g. "http://localhost:11434/v1".`,
      issues: [
        {
          path: `providers.${name}.baseURL`,
          message: 'expected a URL, e.g. "http://localhost:11434/v1"',
        },
      ],
    });
  }
  if (!URL.canParse(baseURL)) {
    throw new ConfigError({
      summary: `${prefix}_BASE_URL is no URL: ${JSON.stringify(baseURL)}`,
      advice: "Set it to the API's base with its version, or unset it.",
      issues: [{ path: `${prefix}_BASE_URL`, message: `no URL: ${JSON.stringify(baseURL)}` }],
    });
  }
  if (config.api !== undefined && kind !== "openai") {
    const issue = { path: `providers.${name}.api`, message: `the kind ${kind} has no such choice` };
    throw new ConfigError({ summary: issue.message, advice: "Leave it out.", issues: [issue] });
  }
  return {
    name,
    kind,
    baseURL: baseURL.replace(/\/+$/, ""),
    apiKey: config.apiKey ?? nonEmpty(env[`${prefix}_API_KEY`]),
    apiKeyVariable: `${prefix}_API_KEY`,
    headers: config.headers ?? {},
    api: config.api ?? "chat",
    structuredOutputs: config.structuredOutputs ?? true,
    prefill: config.prefill,
    taskHeader: config.taskHeader,
  };
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === undefined || text.trim() === "" ? undefined : text;
}
