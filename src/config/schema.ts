import { z } from "zod";
import type { ModelRef } from "../providers/types.ts";
import type { Redactor } from "../redact/redactor.ts";
import type { CheckedAgent, CheckedConfig, CheckedLimits } from "./checked.ts";
import { duration, time } from "./schema-time.ts";
import type { PolicyConfig, Settings, TaskRule } from "./types.ts";

const model = z
  .custom<ModelRef>(() => true)
  .superRefine((value: unknown, context) => {
    const message = modelFault(value);
    if (message !== undefined) context.addIssue({ code: "custom", message });
  });

function modelFault(value: unknown): string | undefined {
  const wanted =
    'expected "provider/model", e.g. "anthropic/claude-haiku-4-5", or a LanguageModelV4';
  if (typeof value === "string") {
    return /^[^/\s]+\/\S+$/.test(value) ? undefined : `${wanted}; got ${JSON.stringify(value)}`;
  }
  if (typeof value !== "object" || value === null || !("specificationVersion" in value))
    return wanted;
  const version = value.specificationVersion;
  if (version === "v4")
    return isWholeModel(value) ? undefined : `${wanted}; this object is not a whole one`;
  return `this model speaks ${JSON.stringify(version)}; Seam needs "v4" (AI SDK 7)`;
}

function isWholeModel(value: object): boolean {
  const { provider, modelId, doGenerate, doStream } = value as Partial<Record<string, unknown>>;
  const named = typeof provider === "string" && typeof modelId === "string";
  return named && typeof doGenerate === "function" && typeof doStream === "function";
}

const settings = z.strictObject({
  maxOutputTokens: z.int().min(1).optional(),
  temperature: z.number().min(0).max(2).optional(),
  topP: z.number().min(0).max(1).optional(),
  topK: z.int().min(1).optional(),
  presencePenalty: z.number().optional(),
  frequencyPenalty: z.number().optional(),
  stopSequences: z.array(z.string().min(1)).optional(),
  seed: z.int().optional(),
  reasoning: z
    .enum(["provider-default", "none", "minimal", "low", "medium", "high", "xhigh", "max"])
    .optional(),
  providerOptions: z.record(z.string(), z.record(z.string(), z.json())).optional(),
});

const attemptLimits = z.strictObject({
  total: duration.optional(),
  headers: duration.optional(),
  firstToken: duration.optional(),
  silence: duration.optional(),
});

const limits = z.strictObject({
  deadline: duration.optional(),
  attempt: attemptLimits.optional(),
});

const retryBudget = z.strictObject({
  share: z.number().positive().max(10).optional(),
  floorPerSecond: z.number().min(0).optional(),
  window: duration.optional(),
});

const breaker = z
  .strictObject({
    failureRate: z.number().positive().max(1).optional(),
    minimumCalls: z.int().min(1).optional(),
    window: duration.optional(),
    cooldown: duration.optional(),
    maxCooldown: duration.optional(),
  })
  .refine(
    ({ cooldown, maxCooldown }) => (cooldown ?? 0) <= (maxCooldown ?? Number.POSITIVE_INFINITY),
    { path: ["maxCooldown"], message: "expected no less than cooldown" },
  );

const retry = z
  .strictObject({
    attempts: z.int().min(1).max(20).optional(),
    baseDelay: duration.optional(),
    maxDelay: duration.optional(),
    budget: z
      .union(
        [z.literal(false), retryBudget],
        "expected false, or { share, floorPerSecond, window }",
      )
      .optional(),
  })
  .refine(({ baseDelay, maxDelay }) => (baseDelay ?? 0) <= (maxDelay ?? Number.POSITIVE_INFINITY), {
    path: ["maxDelay"],
    message: "expected no less than baseDelay",
  });

const hedge = z.strictObject({
  after: z.union([z.literal("p95"), duration], 'expected "p95" or a length of time').optional(),
  share: z.number().positive().max(1).optional(),
  minimumCalls: z.int().min(1).optional(),
  window: duration.optional(),
});

const cache = z.strictObject({
  ttl: time(Number.MAX_SAFE_INTEGER).optional(),
  namespace: z.string().optional(),
  reach: z.enum(["process", "lasting"]).optional(),
});

const budget = z
  .strictObject({
    cost: z.number().positive().optional(),
    tokens: z.int().min(1).optional(),
    requests: z.int().min(1).optional(),
    window: time(Number.MAX_SAFE_INTEGER)
      .refine((ms) => ms >= 1_000, "expected at least 1 s")
      .optional(),
    inFlight: z.int().min(1).optional(),
    wait: z.union([z.literal(0), duration], 'expected 0, or a time such as "30s"').optional(),
  })
  .superRefine(({ cost, tokens, requests, window, inFlight }, context) => {
    const isCounted = (cost ?? tokens ?? requests) !== undefined;
    const fault = (path: string[], message: string): void =>
      context.addIssue({ code: "custom", path, message });
    if (isCounted && window === undefined) {
      fault(["window"], 'expected the window that the limit is for, e.g. "1d"');
    } else if (!isCounted && window !== undefined) {
      fault(["window"], "has no meaning without cost, tokens or requests");
    } else if (!isCounted && inFlight === undefined) {
      fault([], "expected a limit: cost, tokens, requests or inFlight");
    }
  });

const agent = z.strictObject({
  steps: z.int().min(1).max(1_000).optional(),
  deadline: duration.optional(),
  cost: z.number().positive().optional(),
  callsPerTool: z.int().min(1).optional(),
  repeats: z.int().min(1).optional(),
  toolTimeout: duration.optional(),
  toolOutput: z.int().min(100).optional(),
  approvalTtl: time(Number.MAX_SAFE_INTEGER).optional(),
});

const conversation = z.strictObject({
  window: z.int().min(500).optional(),
  summarize: z.enum(["turn", "background"]).optional(),
  summaryTask: z.string().min(1).optional(),
  lowWater: z.number().min(0.1).max(0.9).optional(),
  summaryTokens: z.int().min(100).optional(),
  onBusy: z.enum(["wait", "fail"]).optional(),
  busyWait: duration.optional(),
});

const redactRule = "expected a function or a list of functions";
const redactor = z.custom<Redactor>((value) => typeof value === "function", redactRule);

const policies = {
  ...limits.shape,
  retry: z
    .union([z.literal(false), retry], "expected false, or { attempts, baseDelay, maxDelay }")
    .optional(),
  breaker: z
    .union(
      [z.literal(false), breaker],
      "expected false, or { failureRate, minimumCalls, window, cooldown, maxCooldown }",
    )
    .optional(),
  hedge: z
    .union([z.boolean(), hedge], "expected true, false, or { after, share, minimumCalls, window }")
    .optional(),
  cache: z
    .union([z.boolean(), cache], "expected true, false, or { ttl, namespace, reach }")
    .optional(),
  budget: z
    .union(
      [z.literal(false), budget, z.array(budget).min(1)],
      "expected false, { cost, tokens, requests, window, inFlight, wait }, or a list of these",
    )
    .optional(),
  afterCommit: z.enum(["fail", "resume"]).optional(),
  extract: z.strictObject({ maxOutputTokens: z.int().min(1).optional() }).optional(),
  agent: agent.optional(),
  conversation: conversation.optional(),
  promptCache: z
    .union(
      [z.boolean(), z.strictObject({ ttl: z.enum(["5m", "1h"]).optional() })],
      "expected true, false, or { ttl }",
    )
    .optional(),
  content: z.enum(["full", "redacted", "none"]).optional(),
  redact: z.union([redactor, z.array(redactor).min(1, redactRule)], redactRule).optional(),
};

const fallbacks = z.array(
  z.preprocess(asTargetConfig, z.strictObject({ model, settings: settings.optional() })),
);

const canary = z
  .strictObject({
    share: z.number().min(0).max(1),
    by: z.string().min(1, "expected the name of a tag").optional(),
    model: model.optional(),
    fallbacks: fallbacks.optional(),
    settings: settings.optional(),
  })
  .refine((arm) => (arm.model ?? arm.fallbacks ?? arm.settings) !== undefined, {
    message: "expected what is different: a model, fallbacks or settings",
  });

/** A redactor that is never called would be taken for protection. */
const isRedactionOn = ({ content, redact }: Pick<PolicyConfig, "content" | "redact">): boolean =>
  redact === undefined || content === "redacted" || content === "none";
const redactionIsOff = {
  path: ["redact"],
  message: 'expected `content: "redacted"` or `content: "none"` beside it, or it does nothing',
};

const task = z
  .strictObject({
    ...policies,
    model,
    rule: z
      .custom<TaskRule>((value) => typeof value === "function", "expected a function")
      .optional(),
    fallbacks: fallbacks.optional(),
    settings: settings.optional(),
    compress: z.boolean().optional(),
    canary: canary.optional(),
  })
  .refine(isRedactionOn, redactionIsOff);

const price = z.strictObject({
  input: z.number().min(0),
  output: z.number().min(0),
  cacheRead: z.number().min(0).optional(),
  cacheWrite: z.number().min(0).optional(),
  cacheWrite1h: z.number().min(0).optional(),
  reasoning: z.number().min(0).optional(),
});

const provider = z.strictObject({
  kind: z.enum(["anthropic", "openai", "openai-compatible"]).optional(),
  baseURL: z.string().superRefine(checkBaseUrl).optional(),
  apiKey: z
    .string()
    .regex(/^[\x21-\x7e]+$/, "expected a key: printable, without spaces or line breaks")
    .optional(),
  headers: z
    .record(
      z.string().regex(/^[!#$%&'*+.^_`|~\w-]+$/, "expected the name of a header"),
      z
        .string()
        .regex(
          /^[\t\x20-\x7e\x80-\xff]*$/,
          "expected what a header may hold: Latin-1, no line breaks",
        ),
    )
    .optional(),
  api: z.enum(["chat", "responses"]).optional(),
  structuredOutputs: z.boolean().optional(),
  prefill: z.boolean().optional(),
  taskHeader: z
    .string()
    .regex(/^x-[A-Za-z0-9-]+$/i, 'expected the name of a header of your own, e.g. "x-seam-task"')
    .optional(),
});

const pace = z.strictObject({
  requestsPerMinute: z.int().min(1).optional(),
  tokensPerMinute: z.int().min(1).optional(),
  inFlight: z.int().min(1).optional(),
  wait: duration.optional(),
  learn: z.boolean().optional(),
});

const telemetry = z.strictObject({
  content: z.boolean().optional(),
  conventions: z.enum(["1.41", "latest"]).optional(),
});

const storeRule = 'expected the path of a SQLite file, ":memory:", or false';

export const configSchema: z.ZodType<CheckedConfig, unknown> = z.strictObject({
  tasks: z
    .record(z.string().min(1, "a task has a name"), task)
    .refine((tasks) => Object.keys(tasks).length > 0, "expected at least one task"),
  defaults: z.strictObject(policies).refine(isRedactionOn, redactionIsOff).optional(),
  providers: z
    .record(z.string().regex(/^[^/\s]+$/, "a provider's name has no slash"), provider)
    .optional(),
  pace: z.record(z.string(), pace).optional(),
  prices: z.record(z.string(), price).optional(),
  store: z
    .union(
      [z.literal(false), z.string().regex(/^(?![a-z][a-z0-9+.-]+:\/\/)./, storeRule)],
      storeRule,
    )
    .optional(),
  retention: z
    .union(
      [z.literal(false), time(Number.MAX_SAFE_INTEGER, 3_600_000)],
      'expected false, or a length of time of at least "1h", e.g. "30d"',
    )
    .optional(),
  cacheMemoryBytes: z.int().min(0).optional(),
  telemetry: z
    .union([z.literal(false), telemetry], "expected false, or { content, conventions }")
    .optional(),
});

/** The settings that a single call may set. */
export const settingsSchema: z.ZodType<Settings, unknown> = settings;

/** The limits of runs that an agent may set. */
export const agentSchema: z.ZodType<CheckedAgent, unknown> = agent;

/** The limits that a single call may set. */
export const limitsSchema: z.ZodType<CheckedLimits, unknown> = limits;

function asTargetConfig(value: unknown): unknown {
  const isModel = typeof value !== "object" || value === null || "specificationVersion" in value;
  return isModel ? { model: value } : value;
}

function checkBaseUrl(value: string, context: z.RefinementCtx): void {
  const url = URL.parse(value);
  const wanted = 'expected an http(s) URL, e.g. "http://localhost:11434/v1"';
  if (url === null || !/^https?:$/.test(url.protocol)) {
    context.addIssue({ code: "custom", message: `${wanted}; got ${JSON.stringify(value)}` });
  } else if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") {
    context.addIssue({
      code: "custom",
      message: `${wanted}, without user, password, query or fragment; keys go into apiKey or headers`,
    });
  }
}
