import type { LanguageModelV4CallOptions } from "@ai-sdk/provider";

/** What is asked of a model: the AI SDK's call options without the signal, which belongs to the attempt. */
export type ModelRequest = Omit<LanguageModelV4CallOptions, "abortSignal">;

type SettingName = Exclude<keyof ModelRequest, "prompt" | "headers" | "includeRawChunks">;

/** The settings of a model that a task, a target or a call may set. */
export type ModelSettings = { readonly [Name in SettingName]?: ModelRequest[Name] | undefined };

/** Later settings win; options of different providers live side by side. */
export function mergeSettings(base: ModelSettings, over: ModelSettings): ModelSettings {
  return merge(base, over);
}

/** A request with the settings of its target filled in; what the request itself says wins. */
export function withSettings(settings: ModelSettings, request: ModelRequest): ModelRequest {
  return { ...merge(settings, request), prompt: request.prompt };
}

function merge(base: ModelSettings, over: ModelSettings): Omit<ModelRequest, "prompt"> {
  const merged: Record<string, unknown> = {};
  for (const settings of [base, over]) {
    for (const [name, value] of Object.entries(settings)) {
      if (value !== undefined) merged[name] = value;
    }
  }
  if (base.providerOptions !== undefined && over.providerOptions !== undefined) {
    merged["providerOptions"] = mergeProviderOptions(base.providerOptions, over.providerOptions);
  }
  return merged;
}

type ProviderOptions = NonNullable<ModelRequest["providerOptions"]>;

function mergeProviderOptions(base: ProviderOptions, over: ProviderOptions): ProviderOptions {
  const merged = { ...base };
  for (const [provider, options] of Object.entries(over)) {
    merged[provider] = { ...merged[provider], ...options };
  }
  return merged;
}
