import type { LanguageModelV4, LanguageModelV4GenerateResult } from "@ai-sdk/provider";
import type { AgentRule } from "./call/agent-rule.ts";
import type { Ending, StreamAnswer } from "./call/answer.ts";
import type { BudgetUse } from "./call/budget.ts";
import type { CacheRule } from "./call/cache-rule.ts";
import type { Accept, Call, EventIds } from "./call/call.ts";
import { compress } from "./call/compress.ts";
import type { CallEvent, EventSink } from "./call/event.ts";
import { currentFamily, type Family } from "./call/family.ts";
import type { Pattern, Tags } from "./call/labels.ts";
import { type ModelRequest, withSettings } from "./call/request.ts";
import { type CallScope, currentScope } from "./call/scope.ts";
import { scoresFor } from "./call/score.ts";
import { type PlacedTemplate, WrittenPrompt } from "./call/static-prompt.ts";
import type { PaceRule, Target } from "./call/target.ts";
import { newTrace } from "./call/trace.ts";
import { Troubles } from "./call/troubles.ts";
import { agentRule } from "./config/agent.ts";
import { checkAgentLimits, checkLimits, checkSettings } from "./config/check.ts";
import { attemptLimits, type Resolved, refuseUnpriced, type TaskRules } from "./config/resolve.ts";
import type { AgentConfig, AttemptConfig, Settings } from "./config/types.ts";
import { ConfigError } from "./errors.ts";
import { pipeline } from "./pipeline.ts";
import { Budgets } from "./policies/budget/of-task.ts";
import type { CacheStore } from "./policies/cache/tiers.ts";
import { chooseArm } from "./policies/canary.ts";
import type { Next } from "./policies/policy.ts";
import { noTelemetry, type Telemetry } from "./policies/telemetry.ts";
import { keptContent } from "./redact/kept-content.ts";
import type { ConversationStore } from "./state/conversations.ts";
import type { RunStore } from "./state/runs.ts";
import { unlessDry } from "./state/unless-dry.ts";
import { memoryBudgets } from "./stores/memory/budgets.ts";
import { memoryCache } from "./stores/memory/cache.ts";
import { memoryConversations } from "./stores/memory/conversations.ts";
import { memoryRuns } from "./stores/memory/runs.ts";
import { memoryState } from "./stores/memory/state.ts";
import { openSqliteStore, type SqliteStore } from "./stores/sqlite/store.ts";
import { openTelemetry } from "./telemetry/open-telemetry.ts";
import type { Duration } from "./util/duration.ts";
import { newId } from "./util/id.ts";

/** What a single call may change of its task's rules, and what it says about itself. */
export interface CallOptions {
  /** Aborts the call, the provider's request included. */
  readonly signal?: AbortSignal | undefined;
  /** Settings for this call alone; they win over the task's. */
  readonly settings?: Settings | undefined;
  /** Limits for this call alone, e.g. `{ deadline: "5s" }`. */
  readonly limits?: LimitsOverride | undefined;
  /** `false`: neither read nor stored. `"refresh"`: not read, but stored. Needs a cache on the task. */
  readonly cache?: false | "refresh" | CacheOverride | undefined;
  /** Lands in the event: `user`, `session`, and anything else. Not sent to the provider. */
  readonly tags?: Tags | undefined;
}

export interface LimitsOverride {
  readonly deadline?: Duration | undefined;
  readonly attempt?: AttemptConfig | undefined;
}

export interface CacheOverride {
  /** Keeps answers of this namespace apart from all others, e.g. one for each tenant. */
  readonly namespace: string;
}

/** A call as a pattern describes it. */
export interface CallSpec extends CallOptions {
  readonly task: string;
  readonly pattern: Pattern;
  readonly mode: "generate" | "stream";
  readonly request: ModelRequest;
  readonly id?: string | undefined;
  /** What the call is made for; default: the one that it is made within. */
  readonly family?: Family | undefined;
  /** What the answer is kept under when that is not `request`. */
  readonly cacheRequest?: ModelRequest | undefined;
  /** Which texts of `request` were templates. */
  readonly templates?: readonly PlacedTemplate[] | undefined;
  /** What feature code asked, when that is not `request`. */
  readonly written?: WrittenPrompt | undefined;
  /** Asks these targets instead of the task's own. */
  readonly targets?: readonly [Target, ...Target[]] | undefined;
  /** The call's own rule. */
  readonly rule?: (() => unknown) | undefined;
  readonly accept?: Accept | undefined;
  readonly recordAs?: ((ending: Ending) => EventIds) | undefined;
}

/** The running seam: takes calls of any pattern and sends them on their way. */
export interface Runtime {
  rulesOf(task: string): TaskRules;
  /** The limits of an agent's runs: the task's, and over them its own; throws ConfigError for wrong ones. */
  agentRule(task: string, limits: AgentConfig | undefined): AgentRule;
  /** Describes the call; throws ConfigError for an unknown task or wrong limits, before anything is sent. */
  prepare(spec: CallSpec): Call;
  /** Sends a prepared call whose mode is `generate`. */
  generate(call: Call): Promise<LanguageModelV4GenerateResult>;
  /** Sends a prepared call whose mode is `stream`. */
  stream(call: Call): Promise<StreamAnswer>;
  /** Runs a pattern that may make several calls, for those who watch. */
  group: Telemetry["group"];
  /** Records the event of a pattern that made several calls. */
  record(event: CallEvent): void;
  /** How far the limits of a task's budget are used. */
  spending(task: string): Promise<readonly BudgetUse[]>;
  /** Runs that wait for approval; without a store they end with this process. */
  readonly runs: RunStore;
  /** Without a store, conversations end with this process. */
  readonly conversations: ConversationStore;
  /** Records how good the answer of a call was. */
  score(callId: string, scores: Readonly<Record<string, number>>): void;
  troubles(): Readonly<Record<string, number>>;
  flush(): Promise<void>;
  close(): Promise<void>;
}

export function startRuntime(config: Resolved): Runtime {
  const troubles = new Troubles();
  const store =
    config.store === false ? undefined : openSqliteStore(config.store, troubles, config);
  const events: EventSink = store?.events ?? { write: () => {} };
  const keep = keptContent((task) => rulesOf(task).content, troubles);
  const budgets = new Budgets(store?.budgets ?? memoryBudgets, troubles);
  const telemetry =
    config.telemetry === undefined ? noTelemetry : openTelemetry(config.telemetry, troubles);
  const mayBeRead = (task: string): boolean => rulesOf(task).content.kept === "full";
  const way: Next = pipeline({
    events,
    keep,
    cacheStores: cacheStores(config, store),
    breakers: memoryState(),
    budgets,
    telemetry,
    mayBeRead,
    troubles,
  });

  const rulesOf = (task: string): TaskRules => {
    const rules = config.tasks.get(task);
    if (rules !== undefined) return rules;
    throw new ConfigError(
      {
        summary: `There is no task ${JSON.stringify(task)}`,
        advice: `Known tasks: ${[...config.tasks.keys()].join(", ")}. Add it to \`tasks\` in the config.`,
      },
      { task },
    );
  };

  return {
    rulesOf,
    agentRule: (task, limits) => agentRuleOf(rulesOf(task), limits),
    prepare: (spec) => prepare(spec, rulesOf(spec.task)),
    generate: async (call) => {
      const answer = await way(call);
      if (answer.mode === "generate") return answer.result;
      throw new TypeError("a call of mode generate was answered with a stream");
    },
    stream: async (call) => {
      const answer = await way(call);
      if (answer.mode === "stream") return answer;
      throw new TypeError("a call of mode stream was answered without one");
    },
    spending: async (task) => budgets.of(task, rulesOf(task).budget).uses(),
    group: (group, work) => telemetry.group(group, work),
    record: (event) => {
      const scope = currentScope();
      const span = telemetry.groupSpan(event.id);
      const unasked = { responseId: null, prompt: null, startedAt: null, savedTokens: null };
      scope?.hear(event, { span, mayBeKept: mayBeRead(event.task), ...unasked });
      if (scope?.standIn !== undefined) return;
      const kept = keep(event);
      events.write(kept);
      telemetry.record(kept);
    },
    runs: unlessDry(store?.runs ?? memoryRuns(), memoryRuns()),
    conversations: unlessDry(store?.conversations ?? memoryConversations(), memoryConversations()),
    score: (callId, scores) => {
      if (currentScope()?.standIn !== undefined) return;
      for (const score of scoresFor(callId, scores)) store?.scores.write(score);
    },
    troubles: () => troubles.counts(),
    flush: async () => store?.flush(),
    close: async () => store?.close(),
  };
}

function cacheStores(config: Resolved, store: SqliteStore | undefined): CacheStore[] {
  const memory = config.cacheMemoryBytes > 0 ? [memoryCache(config.cacheMemoryBytes)] : [];
  return store === undefined ? memory : [...memory, store.cache];
}

function agentRuleOf(rules: TaskRules, limits: AgentConfig | undefined): AgentRule {
  if (limits === undefined) return rules.agent;
  const rule = agentRule(checkAgentLimits(limits), rules.agent);
  if (rule.costUsd !== undefined) refuseUnpriced(rules, `tasks.${rules.name}`);
  return rule;
}

function prepare(spec: CallSpec, rules: TaskRules): Call {
  const limits = spec.limits === undefined ? undefined : checkLimits(spec.limits);
  const settings = spec.settings === undefined ? {} : checkSettings(spec.settings);
  const { id = newId(), family = currentFamily() } = spec;
  const scope = currentScope();
  const tags = { ...spec.tags, ...scope?.tags };
  const { arm, rules: ofArm } = chooseArm(rules, { id, family, tags });
  const { targets = ofArm.targets } = spec;
  const trace = newTrace();
  const asked = (request: ModelRequest, notes: string[]): ModelRequest =>
    withSettings(settings, rules.compress ? compressed(request, notes) : request);
  const request = asked(spec.request, trace.notes);
  const call: Call = {
    id,
    family,
    scope,
    task: spec.task,
    pattern: spec.pattern,
    mode: spec.mode,
    request,
    written:
      spec.written ??
      new WrittenPrompt({
        task: spec.task,
        request: withSettings(settings, spec.request),
        templates: spec.templates ?? [],
        target: targets[0],
        compress: rules.compress,
      }),
    targets,
    limits:
      limits === undefined
        ? rules.limits
        : {
            deadlineMs: limits.deadline ?? rules.limits.deadlineMs,
            attempt: attemptLimits(limits.attempt, rules.limits.attempt),
          },
    retry: rules.retry,
    breaker: rules.breaker,
    hedge: rules.hedge,
    rules: rulesFor(spec, rules),
    cache: scopedCache(cacheRule(spec.cache, rules.cache), { rules, request, scope }),
    budget: rules.budget,
    allowAttempt: undefined,
    cacheRequest: spec.cacheRequest && asked(spec.cacheRequest, []),
    tags,
    arm,
    attemptKind: "ask",
    maxResumes: rules.maxResumes,
    resumeFrom: undefined,
    signal: spec.signal ?? new AbortController().signal,
    deadline: { at: Number.POSITIVE_INFINITY },
    accept: spec.accept,
    recordAs: spec.recordAs,
    trace,
  };
  return scope?.standIn === undefined ? call : dry(call, scope.standIn);
}

/** What is answered by a stand-in uses up nothing, and waits for nothing. */
function dry(call: Call, standIn: NonNullable<CallScope["standIn"]>): Call {
  const [target] = call.targets;
  const model = async (): Promise<LanguageModelV4> => standIn(target, call.task);
  return {
    ...call,
    targets: [{ ...target, price: undefined, pace: unpaced, taskHeader: undefined, model }],
    retry: { ...call.retry, attempts: 1 },
    breaker: undefined,
    hedge: undefined,
    cache: undefined,
    budget: [],
  };
}

const unpaced: PaceRule = {
  requestsPerWindow: undefined,
  tokensPerWindow: undefined,
  windowMs: 60_000,
  inFlight: undefined,
  waitMs: 0,
  learn: false,
};

function scopedCache(
  rule: CacheRule | undefined,
  {
    rules,
    request,
    scope,
  }: { rules: TaskRules; request: ModelRequest; scope: CallScope | undefined },
): CacheRule | undefined {
  if (scope?.cache === undefined) return rule;
  const reach = rules.content.kept === "full" ? "lasting" : "process";
  return scope.cache({ task: rules.name, request, rule, reach });
}

/** The request as it is sent; the note says what was taken out. */
function compressed(request: ModelRequest, notes: string[]): ModelRequest {
  const { request: shorter, whitespace, repeats } = compress(request);
  if (whitespace + repeats === 0) return request;
  notes.push(
    `compressed: ${whitespace} characters of whitespace and ${repeats} of repeated sentences taken out`,
  );
  return shorter;
}

function rulesFor({ rule, task, request, tags }: CallSpec, rules: TaskRules): Call["rules"] {
  const ofTask = rules.rule;
  return [
    ...(rule === undefined ? [] : [rule]),
    ...(ofTask === undefined
      ? []
      : [
          () =>
            ofTask({
              task,
              text: lastUserText(request.prompt),
              messages: request.prompt,
              tags: tags ?? {},
            }),
        ]),
  ];
}

function lastUserText(prompt: ModelRequest["prompt"]): string {
  const message = prompt.findLast(({ role }) => role === "user");
  if (message?.role !== "user") return "";
  return message.content.map((part) => (part.type === "text" ? part.text : "")).join("");
}

function cacheRule(
  override: CallOptions["cache"],
  rule: CacheRule | undefined,
): CacheRule | undefined {
  if (rule === undefined || override === false) return undefined;
  if (override === undefined) return rule;
  if (override === "refresh") return { ...rule, mode: "refresh" };
  if (typeof override.namespace === "string") return { ...rule, namespace: override.namespace };
  throw new ConfigError({
    summary: "`cache.namespace` of this call is not a text",
    advice: "Give each tenant a text of its own: without one, tenants would share answers.",
    issues: [{ path: "cache.namespace", message: "expected a text" }],
  });
}
