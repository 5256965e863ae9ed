import type { AgentRule } from "../call/agent-rule.ts";
import type { BudgetLimit } from "../call/budget.ts";
import type { CacheRule } from "../call/cache-rule.ts";
import type { BreakerRule, HedgeRule, RetryBudgetRule, RetryRule } from "../call/call.ts";
import type { ConversationRule } from "../call/conversation-rule.ts";
import type { AttemptLimits, CallLimits } from "../call/limits.ts";
import type { Target } from "../call/target.ts";
import { ConfigError, configError, type OutputIssue } from "../errors.ts";
import type { Arms } from "../policies/canary.ts";
import { type Endpoint, endpointNames, endpointOf } from "../providers/endpoint.ts";
import type { TargetParts } from "../providers/targets.ts";
import type { ContentRule } from "../redact/kept-content.ts";
import { redactors } from "../redact/redactor.ts";
import type { TelemetryRule } from "../telemetry/rule.ts";
import { agentRule } from "./agent.ts";
import { armsOf } from "./arms.ts";
import { checkConfig } from "./check.ts";
import type {
  CheckedBudget,
  CheckedConfig,
  CheckedPolicies,
  CheckedRetry,
  CheckedTask,
} from "./checked.ts";
import { conversationRule } from "./conversation.ts";
import { defaults } from "./defaults.ts";
import { PaceRules } from "./pace.ts";
import { promptCacheRule } from "./prompt-cache.ts";
import type { SeamConfig, TaskRule } from "./types.ts";

/** The rules of one task, with every default filled in. */
export interface TaskRules extends Arms {
  readonly rule: TaskRule | undefined;
  readonly limits: CallLimits;
  readonly retry: RetryRule;
  readonly breaker: BreakerRule | undefined;
  readonly hedge: HedgeRule | undefined;
  readonly cache: CacheRule | undefined;
  readonly budget: readonly BudgetLimit[];
  /** Whether prompts are sent without what carries no meaning. */
  readonly compress: boolean;
  /** How often a broken stream is gone on with; 0: never. */
  readonly maxResumes: number;
  readonly content: ContentRule;
  readonly agent: AgentRule;
  readonly conversation: ConversationRule;
}

/** A checked config, ready to run. */
export interface Resolved {
  readonly tasks: ReadonlyMap<string, TaskRules>;
  readonly store: string | false;
  /** `undefined`: none. */
  readonly telemetry: TelemetryRule | undefined;
  readonly retentionMs: number | false;
  readonly cacheMemoryBytes: number;
}

type Env = Readonly<Record<string, string | undefined>>;

/** Checks a config and fills in its defaults; throws ConfigError with the path of every fault. */
export function resolveConfig(config: SeamConfig, env: Env = process.env): Resolved {
  const checked = checkConfig(config);
  const { providers = {}, prices = {} } = checked;
  const names = endpointNames(providers);
  const paces = new PaceRules(checked.pace, names);
  const endpoints = allOrFaults(names, (name): [string, Endpoint] => [
    name,
    endpointOf(name, providers[name] ?? {}, env),
  ]);
  const parts = { endpoints: new Map(endpoints), prices, paces };
  const rules = allOrFaults(Object.entries(checked.tasks), ([name, task]): [string, TaskRules] => [
    name,
    rulesOf(name, task, checked, parts),
  ]);
  const faults = paces.faults();
  if (faults.length > 0) throw configError("The config is wrong", faults);
  return {
    tasks: new Map(rules),
    store: checked.store ?? defaults.store,
    telemetry: telemetryRule(checked.telemetry, env),
    retentionMs: checked.retention ?? defaults.retentionMs,
    cacheMemoryBytes: checked.cacheMemoryBytes ?? defaults.cacheMemoryBytes,
  };
}

/** The environment variable is the one by which OpenTelemetry's own instrumentations are told. */
function telemetryRule(set: CheckedConfig["telemetry"], env: Env): TelemetryRule | undefined {
  if (set === false) return undefined;
  const optedIn = env["OTEL_SEMCONV_STABILITY_OPT_IN"]?.split(",").map((name) => name.trim());
  const byEnv = optedIn?.includes("gen_ai_latest_experimental") ? "latest" : undefined;
  return {
    content: set?.content ?? defaults.telemetry.content,
    conventions: set?.conventions ?? byEnv ?? defaults.telemetry.conventions,
  };
}

/** What becomes of each item, or one ConfigError with the faults of all. */
function allOrFaults<Item, Result>(items: readonly Item[], work: (item: Item) => Result): Result[] {
  const results: Result[] = [];
  const issues: OutputIssue[] = [];
  for (const item of items) {
    try {
      results.push(work(item));
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      issues.push(...error.issues);
    }
  }
  const once = new Map(issues.map((issue) => [`${issue.path} ${issue.message}`, issue]));
  if (once.size > 0) throw configError("The config is wrong", [...once.values()]);
  return results;
}

function rulesOf(
  name: string,
  task: CheckedTask,
  { tasks, defaults: common = {} }: CheckedConfig,
  ofAll: Omit<TargetParts, "promptCache">,
): TaskRules {
  const promptCache = promptCacheRule(
    name,
    task.promptCache ?? common.promptCache,
    common.promptCache,
  );
  const room = task.extract?.maxOutputTokens ?? common.extract?.maxOutputTokens;
  const arms = armsOf(name, task, room, { ...ofAll, promptCache });
  const budget = budgetLimits(task.budget ?? common.budget);
  const agent = agentRule(task.agent, agentRule(common.agent));
  if (budget.some(({ kind }) => kind === "cost") || agent.costUsd !== undefined) {
    refuseUnpriced(arms, `tasks.${name}`);
  }
  const afterCommit = task.afterCommit ?? common.afterCommit ?? defaults.afterCommit;
  const content = contentRule(task, common);
  return {
    name,
    ...arms,
    rule: task.rule,
    limits: {
      deadlineMs: task.deadline ?? common.deadline ?? defaults.deadlineMs,
      attempt: attemptLimits(task.attempt, attemptLimits(common.attempt, defaults.attempt)),
    },
    retry: retryRule(task.retry ?? common.retry, common.retry),
    breaker: breakerRule(task.breaker ?? common.breaker, common.breaker),
    hedge: hedgeRule(task.hedge ?? common.hedge, common.hedge),
    cache: cacheRule(task.cache ?? common.cache, common.cache, content),
    budget,
    compress: task.compress ?? defaults.compress,
    maxResumes: afterCommit === "resume" ? defaults.maxResumes : 0,
    content,
    agent,
    conversation: conversationRule(task.conversation, common.conversation, {
      task: name,
      tasks: Object.keys(tasks),
      arms,
    }),
  };
}

/** The limits that are set, over the ones below them. */
export function attemptLimits(
  set: CheckedPolicies["attempt"],
  below: AttemptLimits,
): AttemptLimits {
  return {
    totalMs: set?.total ?? below.totalMs,
    headersMs: set?.headers ?? below.headersMs,
    firstTokenMs: set?.firstToken ?? below.firstTokenMs,
    silenceMs: set?.silence ?? below.silenceMs,
  };
}

function retryRule(set: CheckedPolicies["retry"], common: CheckedPolicies["retry"]): RetryRule {
  if (set === false) return { ...defaults.retry, attempts: 1, budget: undefined };
  const below = common === false ? undefined : common;
  const baseDelayMs = set?.baseDelay ?? below?.baseDelay ?? defaults.retry.baseDelayMs;
  const maxDelayMs = set?.maxDelay ?? below?.maxDelay ?? defaults.retry.maxDelayMs;
  return {
    attempts: set?.attempts ?? below?.attempts ?? defaults.retry.attempts,
    baseDelayMs,
    maxDelayMs: Math.max(baseDelayMs, maxDelayMs),
    budget: retryBudgetRule(set?.budget ?? below?.budget, below?.budget),
  };
}

function retryBudgetRule(
  set: CheckedRetry["budget"],
  common: CheckedRetry["budget"],
): RetryBudgetRule | undefined {
  if (set === false) return undefined;
  const below = common === false ? undefined : common;
  return {
    share: set?.share ?? below?.share ?? defaults.retryBudget.share,
    floorPerSecond:
      set?.floorPerSecond ?? below?.floorPerSecond ?? defaults.retryBudget.floorPerSecond,
    windowMs: set?.window ?? below?.window ?? defaults.retryBudget.windowMs,
  };
}

function breakerRule(
  set: CheckedPolicies["breaker"],
  common: CheckedPolicies["breaker"],
): BreakerRule | undefined {
  if (set === false) return undefined;
  const below = common === false ? undefined : common;
  return {
    failureRate: set?.failureRate ?? below?.failureRate ?? defaults.breaker.failureRate,
    minimumCalls: set?.minimumCalls ?? below?.minimumCalls ?? defaults.breaker.minimumCalls,
    windowMs: set?.window ?? below?.window ?? defaults.breaker.windowMs,
    cooldownMs: set?.cooldown ?? below?.cooldown ?? defaults.breaker.cooldownMs,
    maxCooldownMs: set?.maxCooldown ?? below?.maxCooldown ?? defaults.breaker.maxCooldownMs,
  };
}

function hedgeRule(
  set: CheckedPolicies["hedge"],
  common: CheckedPolicies["hedge"],
): HedgeRule | undefined {
  if (set === undefined || set === false) return undefined;
  const own = set === true ? undefined : set;
  const below = typeof common === "object" ? common : undefined;
  return {
    after: own?.after ?? below?.after ?? defaults.hedge.after,
    share: own?.share ?? below?.share ?? defaults.hedge.share,
    minimumCalls: own?.minimumCalls ?? below?.minimumCalls ?? defaults.hedge.minimumCalls,
    windowMs: own?.window ?? below?.window ?? defaults.hedge.windowMs,
  };
}

function contentRule(task: CheckedPolicies, common: CheckedPolicies): ContentRule {
  const kept = task.content ?? common.content ?? defaults.content;
  const redact = task.redact ?? common.redact ?? Object.values(redactors);
  return kept === "full" ? { kept } : { kept, redactors: [redact].flat() };
}

function cacheRule(
  set: CheckedPolicies["cache"],
  common: CheckedPolicies["cache"],
  { kept }: ContentRule,
): CacheRule | undefined {
  if (set === undefined || set === false) return undefined;
  const own = set === true ? undefined : set;
  const below = typeof common === "object" ? common : undefined;
  return {
    ttlMs: own?.ttl ?? below?.ttl ?? defaults.cache.ttlMs,
    namespace: own?.namespace ?? below?.namespace ?? defaults.cache.namespace,
    reach: own?.reach ?? below?.reach ?? (kept === "full" ? "lasting" : "process"),
    mode: "use",
  };
}

function budgetLimits(set: CheckedPolicies["budget"]): BudgetLimit[] {
  if (set === undefined || set === false) return [];
  return ("length" in set ? set : [set]).flatMap(limitsOf);
}

function limitsOf(set: CheckedBudget): BudgetLimit[] {
  const { inFlight, window: windowMs, wait: waitMs = defaults.budget.waitMs } = set;
  const limits: BudgetLimit[] = [];
  for (const kind of ["cost", "tokens", "requests"] as const) {
    const max = set[kind];
    if (max === undefined || windowMs === undefined) continue;
    limits.push({ kind, max, windowMs, waitMs });
  }
  if (inFlight !== undefined) limits.push({ kind: "inFlight", max: inFlight, waitMs });
  return limits;
}

/** A limit of cost cannot be kept where nobody knows what a request costs. */
export function refuseUnpriced({ targets, canary }: Omit<Arms, "name">, path: string): void {
  const own = unpricedIn(targets, path);
  const told = new Set(own.map(({ message }) => message));
  const tried = unpricedIn(canary?.targets ?? [], `${path}.canary`);
  const issues = [...own, ...tried.filter(({ message }) => !told.has(message))];
  if (issues.length > 0) throw configError("The config is wrong", issues);
}

function unpricedIn(targets: readonly Target[], path: string): OutputIssue[] {
  return targets.flatMap(({ name, price }, index) => {
    if (price !== undefined) return [];
    const place = index === 0 ? `${path}.model` : `${path}.fallbacks.${index - 1}`;
    const message = `${name} has no known price, so a limit of cost cannot be kept; set prices[${JSON.stringify(name)}]`;
    return [{ path: place, message }];
  });
}
