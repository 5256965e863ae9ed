import type { LanguageModelV4 } from "@ai-sdk/provider";
import { AuthenticationFailed, ConfigError } from "../errors.ts";
import { endAtDone } from "./end-at-done.ts";
import type { Endpoint, ProviderKind } from "./endpoint.ts";
import { providerFetch } from "./fetch.ts";
import { compatibleUsage } from "./usage-rules.ts";

/** The package of the AI SDK that speaks each protocol; each is an optional peer, loaded on first use. */
export const providerPackages: Readonly<Record<ProviderKind, string>> = {
  anthropic: "@ai-sdk/anthropic",
  openai: "@ai-sdk/openai",
  "openai-compatible": "@ai-sdk/openai-compatible",
};

export async function loadModel(endpoint: Endpoint, modelId: string): Promise<LanguageModelV4> {
  const { baseURL, headers, kind } = endpoint;
  const settings = {
    baseURL,
    headers,
    fetch: kind === "anthropic" ? providerFetch() : providerFetch(endAtDone),
  };
  switch (kind) {
    case "anthropic": {
      const { createAnthropic } = await orExplain(import("@ai-sdk/anthropic"), endpoint);
      return createAnthropic({ ...settings, apiKey: keyOf(endpoint) })(modelId);
    }
    case "openai": {
      const { createOpenAI } = await orExplain(import("@ai-sdk/openai"), endpoint);
      return createOpenAI({ ...settings, apiKey: keyOf(endpoint) })[endpoint.api](modelId);
    }
    case "openai-compatible": {
      const { createOpenAICompatible } = await orExplain(
        import("@ai-sdk/openai-compatible"),
        endpoint,
      );
      return createOpenAICompatible({
        ...settings,
        name: endpoint.name,
        includeUsage: true,
        supportsStructuredOutputs: endpoint.structuredOutputs,
        convertUsage: compatibleUsage,
        ...(endpoint.apiKey !== undefined && { apiKey: endpoint.apiKey }),
      })(modelId);
    }
  }
}

function keyOf({ name, apiKey, apiKeyVariable }: Endpoint): string {
  if (apiKey !== undefined) return apiKey;
  throw new AuthenticationFailed(
    `The provider ${name} has no API key: set ${apiKeyVariable} or \`providers.${name}.apiKey\``,
  );
}

async function orExplain<Module>(loading: Promise<Module>, endpoint: Endpoint): Promise<Module> {
  try {
    return await loading;
  } catch (cause) {
    const wanted = providerPackages[endpoint.kind];
    throw new ConfigError(
      {
        summary: `The provider ${endpoint.name} needs the package ${wanted}, which cannot be imported`,
        advice: `Install it: npm install ${wanted}`,
      },
      { cause },
    );
  }
}
