import type { LanguageModelV4 } from "@ai-sdk/provider";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { BudgetUse } from "./call/budget.ts";
import { resolveConfig } from "./config/resolve.ts";
import type { SeamConfig } from "./config/types.ts";
import { type Agent, agent } from "./patterns/agent/agent.ts";
import { type Approvals, approvalsIn } from "./patterns/agent/approvals/approvals.ts";
import type { AgentOptions } from "./patterns/agent/options.ts";
import type { AgentTools } from "./patterns/agent/tool.ts";
import { type CompleteOptions, type CompleteResult, complete } from "./patterns/complete.ts";
import type { AgentConversation } from "./patterns/conversation/agent-conversation.ts";
import type {
  AgentConversationOptions,
  AnyAgentConversation,
} from "./patterns/conversation/agent-turn.ts";
import type { Conversation } from "./patterns/conversation/conversation.ts";
import { openConversations } from "./patterns/conversation/conversations.ts";
import type { ConversationOptions } from "./patterns/conversation/options.ts";
import {
  type ExtractOptions,
  type ExtractResult,
  extract,
  type RuleValue,
} from "./patterns/extract/extract.ts";
import { type ExtractStream, streamExtract } from "./patterns/extract/stream-extract.ts";
import { taskModel } from "./patterns/model.ts";
import { type SeamStream, type StreamOptions, stream } from "./patterns/stream.ts";
import { type CallOptions, startRuntime } from "./runtime.ts";

/** The seam between feature code and models: feature code names a task, the config says the rest. */
export interface Seam<Task extends string = string> {
  /**
   * One prompt, one text.
   *
   * @example const { text, cost } = await seam.complete("summarize", { prompt: ticket });
   * @throws SeamError: Refused, DeadlineExceeded, RateLimited, … (see the error catalogue)
   */
  complete(task: Task, options: CompleteOptions): Promise<CompleteResult>;

  /**
   * The text as it comes.
   *
   * @example for await (const text of seam.stream("reply", { prompt })) process.stdout.write(text);
   * @throws ConfigError, InvalidRequest at once; everything else from the loop and from `result`
   */
  stream(task: Task, options: StreamOptions): SeamStream;

  /**
   * A typed, validated value, by any Standard Schema (Zod, Valibot, ArkType).
   *
   * @example const { value } = await seam.extract("classify", { prompt: ticket, schema: z.object({ urgent: z.boolean() }) });
   * @throws SeamError: InvalidOutput, Truncated, Refused, and all that `complete` throws
   */
  extract<Schema extends StandardSchemaV1, const Ruled extends RuleValue<Schema>>(
    task: Task,
    options: ExtractOptions<Schema, Ruled>,
  ): Promise<ExtractResult<StandardSchemaV1.InferOutput<Schema>>>;

  /**
   * Partial values as they come, the validated value at the end.
   *
   * @example
   * const ticket = seam.streamExtract("classify", { prompt, schema });
   * for await (const partial of ticket) render(partial);
   * const { value } = await ticket.result;
   */
  streamExtract<Schema extends StandardSchemaV1, const Ruled extends RuleValue<Schema>>(
    task: Task,
    options: ExtractOptions<Schema, Ruled>,
  ): ExtractStream<StandardSchemaV1.InferOutput<Schema>>;

  /**
   * Does work with tools, on the tool loop of the AI SDK (the package `ai`), under a grant: what is not granted is neither
   * shown to the model nor run, and what cannot be undone waits for somebody to agree.
   *
   * @example
   * const agent = seam.agent("refunds", { tools: { lookUpOrder, refund }, grant, context: { customer } });
   * const run = await agent.run({ prompt: ticket });
   * @throws ConfigError for tools, limits or a grant that cannot be meant, and for an unknown task
   */
  agent<const Tools extends AgentTools, Context = undefined>(
    task: Task,
    options: AgentOptions<Tools, Context>,
  ): Agent;

  /**
   * The task as a model of the AI SDK, with every policy of the seam.
   *
   * @example await generateText({ model: seam.model("summarize", { tags: { user } }), prompt });
   */
  model(task: Task, options?: Omit<CallOptions, "signal">): LanguageModelV4;

  /**
   * A conversation whose history is kept in the store and sent as far as it fits the model's window. The id is the team's
   * own, up to 200 characters: who knows it reads the history, so check that the user may.
   *
   * @example
   * const chat = seam.conversation("ticket-4711", { task: "support-chat", system: "You help customers." });
   * const { text } = await chat.send("Where is my order?");
   * @throws ConfigError for an unknown task or an id that is none
   */
  conversation(
    id: string,
    options: ConversationOptions<Task> & { readonly tools?: undefined },
  ): Conversation;

  /**
   * A conversation whose turns are runs of an agent, with tools under a grant.
   *
   * @example
   * const chat = seam.conversation("ticket-4711", { task: "support-chat", tools, grant, context: { customer } });
   * const turn = await chat.send("Where is my order?");
   * if (turn.outcome === "answered") reply(turn.text);
   * @throws ConfigError for an unknown task or an id that is none
   */
  conversation<Tools extends AgentTools, Context>(
    id: string,
    options: AgentConversationOptions<Task, Tools, Context>,
  ): AgentConversation;

  /**
   * Calls of tools that wait for somebody to agree. Without a store, of this process alone.
   *
   * @example
   * for (const { id, tool, input } of await seam.approvals.list()) …
   * await seam.approvals.approve(id, { by: "ada" });
   */
  readonly approvals: Approvals;

  /**
   * How far the limits of a task's budget are used, e.g. to show it; empty for a task without a budget.
   *
   * @example for (const { limit, used, of, resetsAt } of await seam.spending("summarize")) …
   * @throws ConfigError for an unknown task
   */
  spending(task: Task): Promise<readonly BudgetUse[]>;

  /**
   * Says how good the answer of a call was: of a user's thumb, a check, an eval. Finite numbers by name; the last value of
   * a name counts. Kept with the events: `seam calls show` shows them, and arms of a canary are compared by their means.
   * Without a store nothing is kept.
   *
   * @example seam.score(callId, { helpful: 1, "words-over-limit": 12 });
   * @throws ConfigError for a value that is no finite number
   */
  score(callId: string, scores: Readonly<Record<string, number>>): void;

  /** Failures that failed no call, by kind: of the cache, of the event store. Empty when all is well. */
  troubles(): Readonly<Record<string, number>>;

  /** Writes all events that wait. Also happens every 100 ms, on exit and on SIGTERM. */
  flush(): Promise<void>;

  /** Writes all events that wait and closes the store. Calls in flight go on, without events. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Makes the seam of a config. Nothing is sent and no provider is loaded before the first call.
 *
 * @example
 * const seam = createSeam(config);
 * const { text } = await seam.complete("summarize", { prompt: "…" });
 * @throws ConfigError with the path of every wrong setting
 */
export function createSeam<const Task extends string>(config: SeamConfig<Task>): Seam<Task> {
  const runtime = startRuntime(resolveConfig(config));
  const conversations = openConversations(runtime);
  const conversation = (id: string, options: ConversationOptions | AnyAgentConversation) =>
    options !== null && "tools" in options && options.tools !== undefined
      ? conversations.openWithTools(id, options)
      : conversations.open(id, options);
  const close = async (): Promise<void> => {
    await conversations.close();
    await runtime.close();
  };
  return {
    complete: (task, options) => complete(runtime, task, options),
    stream: (task, options) => stream(runtime, task, options),
    extract: (task, options) => extract(runtime, task, options),
    streamExtract: (task, options) => streamExtract(runtime, task, options),
    agent: (task, options) => agent(runtime, task, options),
    model: (task, options) => taskModel(runtime, task, options ?? {}),
    conversation: conversation as Seam<Task>["conversation"],
    approvals: approvalsIn(runtime.runs),
    spending: (task) => runtime.spending(task),
    score: (callId, scores) => runtime.score(callId, scores),
    troubles: () => runtime.troubles(),
    flush: () => runtime.flush(),
    close,
    [Symbol.asyncDispose]: close,
  };
}
