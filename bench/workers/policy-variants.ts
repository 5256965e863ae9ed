import type { SeamConfig, TaskConfig } from "llm-seam";
import { request } from "../peers/peer.ts";
import { fixedModel } from "./fixed-model.ts";

const fixed = `${fixedModel.provider}/${fixedModel.modelId}`;
const settings = { maxOutputTokens: request.maxTokens };

/** Every policy that can be switched off is. */
const nothing = { retry: false, breaker: false, cache: false } satisfies Partial<TaskConfig>;

type Variant = Partial<TaskConfig> & { readonly seam?: Partial<SeamConfig<"answer">> };

/** The policies of a task, each alone. */
const variants = {
  "nothing switched on": {},
  "rule, which does not apply": { rule: () => undefined },
  "cache in memory, a miss": { cache: true },
  "retry with its budget": { retry: {} },
  breaker: { breaker: {} },
  "budget, which has room": { budget: [{ tokens: 1e12, window: "1d" }, { inFlight: 1_000 }] },
  "hedge, never due": { hedge: true },
  "canary by a tag": { canary: { share: 0.5, by: "user", settings } },
  "pace, which has room": {
    seam: { pace: { [fixed]: { requestsPerMinute: 1e9, tokensPerMinute: 1e12, inFlight: 1_000 } } },
  },
  "content, redacted": { content: "redacted" },
  "compress, nothing to take out": { compress: true },
  "telemetry without an SDK": { seam: { telemetry: {} } },
} satisfies Record<string, Variant>;

export type VariantName = keyof typeof variants;

export const variantNames: readonly VariantName[] = Object.keys(variants) as VariantName[];

/** A task with one policy switched on, served by a model that answers at once. */
export function configOf(name: VariantName): SeamConfig<"answer"> {
  const { seam, ...policies }: Variant = variants[name];
  return {
    store: false,
    telemetry: false,
    ...seam,
    tasks: { answer: { model: fixedModel, settings, ...nothing, ...policies } },
  };
}
