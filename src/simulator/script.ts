import { isRecord, type JsonSchema, type ScriptRequest, wantedSchema } from "./request.ts";

/** Token counts a reply reports instead of the simulator's own estimate. */
export interface ReplyUsage {
  /** All input tokens, cached ones included. */
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  /** Input tokens read from the provider's prompt cache. */
  readonly cachedInputTokens?: number;
  /** Input tokens written to the provider's prompt cache. */
  readonly cacheWriteTokens?: number;
  /** Of `cacheWriteTokens`, those that are kept for an hour. */
  readonly hourWriteTokens?: number;
  readonly reasoningTokens?: number;
}

/**
 * How a reply goes on that a request already begins: `anchor` repeats the words it is asked to begin with, `earlier` a
 * little more, `exact` nothing, `restart` says the whole reply anew. A prefilled answer is always gone on with exactly.
 */
export type ReplyContinues = "anchor" | "earlier" | "exact" | "restart";

interface ReplyExtras {
  /** How the answer ends. Default: `stop`, or the protocol's tool-call finish. */
  readonly finish?: "stop" | "length" | "refusal";
  /** Thinking that is sent before the answer. */
  readonly reasoning?: string;
  readonly usage?: ReplyUsage;
  /** What is said when the reply is to be gone on with. Default: `anchor`. */
  readonly continues?: ReplyContinues;
}

/** One tool call of a reply. */
export interface ReplyToolCall {
  readonly name: string;
  readonly arguments: unknown;
  /**
   * The arguments as they are written, where they shall not be JSON. Whole answers of Anthropic's protocol carry a value
   * rather than a text: they have `arguments` all the same.
   */
  readonly written?: string;
}

/** What the simulator answers. A plain string is text. */
export type Reply =
  | string
  | ({ readonly type: "text"; readonly text: string } & ReplyExtras)
  | ({ readonly type: "json"; readonly value: unknown } & ReplyExtras)
  | ({
      readonly type: "tool-calls";
      readonly calls: readonly ReplyToolCall[];
      readonly text?: string;
    } & ReplyExtras);

/** All given conditions must hold. A rule without conditions matches every request. */
export interface ReplyMatch {
  /** The task, sent in the header `x-seam-task`. */
  readonly task?: string;
  readonly model?: string | RegExp;
  /** The last user message contains this text, or matches this expression. */
  readonly prompt?: string | RegExp;
  /** The wanted schema's name or title, or a property it has. */
  readonly schema?: string;
  /** A tool of this name is offered. */
  readonly tool?: string;
}

/** When a request matches, this is the answer. */
export interface ReplyRule {
  readonly match?: ReplyMatch;
  readonly reply: Reply | ((request: ScriptRequest) => Reply | Promise<Reply>);
  /** The rule answers this many requests and then steps aside. Default: no limit. */
  readonly times?: number;
}

/** Rules in order: the first one that matches answers; without one the default reply is used. */
export interface Script {
  readonly replies: readonly ReplyRule[];
}

/**
 * Types a script where it is written.
 *
 * @example
 * defineScript({ replies: [{ match: { prompt: /refund/ }, reply: "Your refund is on its way." }] });
 */
export function defineScript(script: Script): Script {
  return script;
}

/** Finds the reply for one request after another, counting the uses of each rule. */
export interface ScriptReader {
  replyTo(request: ScriptRequest): Promise<Reply | undefined>;
}

/** A fresh reader: every rule has all its `times` left. */
export function readScript(script: Script): ScriptReader {
  const used = new Map<ReplyRule, number>();
  return {
    async replyTo(request) {
      const rule = script.replies.find(
        (candidate) =>
          (used.get(candidate) ?? 0) < (candidate.times ?? Number.POSITIVE_INFINITY) &&
          matches(candidate.match ?? {}, request),
      );
      if (!rule) return undefined;
      used.set(rule, (used.get(rule) ?? 0) + 1);
      return typeof rule.reply === "function" ? await rule.reply(request) : rule.reply;
    },
  };
}

function matches(match: ReplyMatch, request: ScriptRequest): boolean {
  return (
    (match.task === undefined || match.task === request.task) &&
    (match.model === undefined || matchesText(match.model, request.model, "equal")) &&
    (match.prompt === undefined || matchesText(match.prompt, request.prompt, "contain")) &&
    (match.tool === undefined || request.tools.some((tool) => tool.name === match.tool)) &&
    (match.schema === undefined || matchesSchema(match.schema, request))
  );
}

/** Text or an expression against a value. A fresh search each time, whatever the expression's flags. */
export function matchesText(
  wanted: string | RegExp,
  value: string,
  mode: "equal" | "contain",
): boolean {
  if (typeof wanted !== "string") return value.search(wanted) >= 0;
  return mode === "equal" ? value === wanted : value.includes(wanted);
}

function matchesSchema(wanted: string, request: ScriptRequest): boolean {
  const target = wantedSchema(request);
  if (!target) return false;
  return target.name === wanted || hasTitleOrProperty(target.schema, wanted);
}

function hasTitleOrProperty(schema: JsonSchema, wanted: string): boolean {
  if (!isRecord(schema)) return false;
  const properties = schema.properties;
  return schema.title === wanted || (isRecord(properties) && Object.hasOwn(properties, wanted));
}
