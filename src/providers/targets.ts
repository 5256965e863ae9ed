import type { LanguageModelV4, LanguageModelV4CallOptions } from "@ai-sdk/provider";
import type { Price } from "../call/price.ts";
import type { ModelSettings } from "../call/request.ts";
import { secretsIn } from "../call/secrets.ts";
import type { PaceRule, Target } from "../call/target.ts";
import { ConfigError } from "../errors.ts";
import { newId } from "../util/id.ts";
import { contextLimitOf } from "./context-limits.ts";
import type { Endpoint, ProviderKind } from "./endpoint.ts";
import { loadModel } from "./load.ts";
import { takesPrefill } from "./prefill.ts";
import { priceOf } from "./prices.ts";
import { keyForOpenAI, markForAnthropic, type PromptCacheRule } from "./prompt-cache.ts";
import { schemaIntoPrompt } from "./schema-into-prompt.ts";
import { relaxStrictSchema } from "./strict-schema.ts";
import type { ModelRef } from "./types.ts";

export interface TargetParts {
  readonly endpoints: ReadonlyMap<string, Endpoint>;
  readonly prices: Readonly<Record<string, Price>>;
  /** The rule of the first of these names that has one, or the default. */
  readonly paces: { of(names: readonly string[]): PaceRule };
  /** `undefined`: the provider's prompt cache is left to itself. */
  readonly promptCache: PromptCacheRule | undefined;
}

/** The target that a model reference of the config means. `path` says where it stands, for errors. */
export function targetOf(
  ref: ModelRef,
  settings: ModelSettings,
  path: string,
  parts: TargetParts,
): Target {
  return typeof ref === "string"
    ? namedTarget(ref, settings, path, parts)
    : instanceTarget(ref, settings, parts);
}

function namedTarget(
  name: string,
  settings: ModelSettings,
  path: string,
  { endpoints, prices, paces, promptCache }: TargetParts,
): Target {
  const [provider = "", ...rest] = name.split("/");
  const endpoint = endpoints.get(provider);
  if (endpoint === undefined) {
    const message = `unknown provider ${JSON.stringify(provider)}; known: ${[...endpoints.keys()].join(", ")}`;
    throw new ConfigError({
      summary: `The config is wrong:\n- ${path}: ${message}`,
      advice: `Add \`providers.${provider}\` with a baseURL, or use a known provider.`,
      issues: [{ path, message }],
    });
  }
  const modelId = rest.join("/");
  const secrets = [endpoint.apiKey ?? "", ...secretsIn(endpoint.headers)];
  let loading: Promise<LanguageModelV4> | undefined;
  return {
    name,
    identity: { name, endpoint: `${endpoint.kind} ${endpoint.api} ${endpoint.baseURL}` },
    isLasting: true,
    baseURL: endpoint.baseURL,
    settings,
    price: priceOf(name, prices),
    contextLimit: contextLimitOf(name),
    taskHeader: endpoint.taskHeader,
    pace: paces.of([name, provider]),
    secrets,
    adapt: (options) => cachePrompt(adapt(options, endpoint), endpoint.kind, modelId, promptCache),
    takesPrefill: (request) => takesPrefill(endpoint, modelId, request),
    model: () => {
      loading ??= loadModel(endpoint, modelId).catch((error: unknown) => {
        loading = undefined;
        throw error;
      });
      return loading;
    },
  };
}

function adapt(
  options: LanguageModelV4CallOptions,
  { kind, name, structuredOutputs }: Endpoint,
): LanguageModelV4CallOptions {
  if (!structuredOutputs) return schemaIntoPrompt(options);
  if (kind === "anthropic") return options;
  return relaxStrictSchema(options, kind === "openai" ? "openai" : name);
}

function instanceTarget(
  model: LanguageModelV4,
  settings: ModelSettings,
  { prices, paces, promptCache }: TargetParts,
): Target {
  const name = `${model.provider}/${model.modelId}`;
  const family = model.provider.split(".")[0] ?? "";
  const familyName = `${family}/${model.modelId}`;
  const kind = kindOfInstance(model);
  return {
    name,
    identity: { name, endpoint: instanceId(model) },
    isLasting: false,
    baseURL: undefined,
    settings,
    price: priceOf(name, prices) ?? priceOf(familyName, prices),
    contextLimit: contextLimitOf(name) ?? contextLimitOf(familyName),
    taskHeader: undefined,
    pace: paces.of([name, familyName, model.provider, family]),
    secrets: [],
    adapt: (options) =>
      cachePrompt(
        kind === "openai" ? relaxStrictSchema(options, "openai") : options,
        kind,
        model.modelId,
        promptCache,
      ),
    takesPrefill: () => false,
    model: () => Promise.resolve(model),
  };
}

/** Whose protocol an instance speaks, by what its package calls it: `anthropic.messages`, `vertex.anthropic.messages`. */
function kindOfInstance({ provider }: LanguageModelV4): ProviderKind | undefined {
  if (provider.startsWith("openai.")) return "openai";
  return provider.split(".").includes("anthropic") ? "anthropic" : undefined;
}

function cachePrompt(
  options: LanguageModelV4CallOptions,
  kind: ProviderKind | undefined,
  modelId: string,
  rule: PromptCacheRule | undefined,
): LanguageModelV4CallOptions {
  if (rule === undefined) return options;
  if (kind === "anthropic") return markForAnthropic(options, rule, modelId);
  return kind === "openai" ? keyForOpenAI(options, rule) : options;
}

const instanceIds = new WeakMap<LanguageModelV4, string>();

/** Nothing tells where an instance sends its requests: only the object itself is surely the same target. */
function instanceId(model: LanguageModelV4): string {
  const id = instanceIds.get(model) ?? `instance ${newId()}`;
  instanceIds.set(model, id);
  return id;
}
