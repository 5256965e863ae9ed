import { hash } from "node:crypto";
import { isRecord, type ScriptRequest } from "./request.ts";
import type { ReplyUsage } from "./script.ts";

/** What of a request's input was read from the provider's prompt cache, and what was written to it. */
export type CachedInput = Required<
  Pick<ReplyUsage, "cachedInputTokens" | "cacheWriteTokens" | "hourWriteTokens">
>;

/** Keeps the beginnings of prompts, as a provider does. */
export interface PromptCache {
  /** Looks the request's beginnings up and keeps those that are to be kept. */
  take(request: ScriptRequest, inputTokens: number): CachedInput;
}

const shortestPrefix = 1_024;
const lifetimeMs = { "5m": 5 * 60_000, "1h": 60 * 60_000 } as const;
/** How many blocks back from a mark Anthropic looks for an earlier one. */
const lookBack = 20;
const keptPrefixes = 10_000;

/** The beginning of a prompt, up to the end of one block. */
interface Prefix {
  readonly key: string;
  readonly tokens: number;
  /** For how long it is to be kept; `undefined`: it is not. */
  readonly keepMs: number | undefined;
}

/**
 * A small model of both providers' prompt caches. Anthropic keeps what is marked with `cache_control` and finds what
 * was marked before, at most 20 blocks back; OpenAI keeps everything, and bills no writing. No beginning shorter than
 * 1,024 tokens is kept, whatever the model; each lives 5 minutes from its last use, or the hour that its mark asks for.
 */
export function createPromptCache(now: () => number = Date.now): PromptCache {
  const expiries = new Map<string, { readonly at: number; readonly keepMs: number }>();
  const keep = (key: string, keepMs: number): void => {
    expiries.delete(key);
    expiries.set(key, { at: now() + keepMs, keepMs });
    const [oldest] = expiries.keys();
    if (expiries.size > keptPrefixes && oldest !== undefined) expiries.delete(oldest);
  };
  return {
    take(request, inputTokens) {
      const prefixes = prefixesOf(request, inputTokens).filter(
        ({ tokens }) => tokens >= shortestPrefix,
      );
      const found = reachable(prefixes).findLast(({ key }) => (expiries.get(key)?.at ?? 0) > now());
      const read = found?.tokens ?? 0;
      if (found !== undefined) keep(found.key, expiries.get(found.key)?.keepMs ?? 0);
      const written = prefixes.filter(({ keepMs }) => keepMs !== undefined);
      for (const { key, keepMs } of written) if (keepMs !== undefined) keep(key, keepMs);
      const billed = request.protocol === "anthropic" ? written : [];
      const forAnHour = billed.filter(({ keepMs }) => keepMs === lifetimeMs["1h"]);
      return {
        cachedInputTokens: read,
        cacheWriteTokens: Math.max(0, (billed.at(-1)?.tokens ?? 0) - read),
        hourWriteTokens: Math.max(0, (forAnHour.at(-1)?.tokens ?? 0) - read),
      };
    },
  };
}

/** The prefixes that are looked up: those at a mark, and up to 20 blocks before one. */
function reachable(prefixes: readonly Prefix[]): Prefix[] {
  return prefixes.filter((_, index) =>
    prefixes.slice(index, index + lookBack).some(({ keepMs }) => keepMs !== undefined),
  );
}

function prefixesOf(request: ScriptRequest, inputTokens: number): Prefix[] {
  const blocks = blocksOf(request);
  const total = blocks.reduce((sum, { text }) => sum + text.length, 0);
  let key = request.model;
  let length = 0;
  return blocks.map(({ text, keepMs }) => {
    key = hash("sha256", `${key}\n${text}`);
    length += text.length;
    return { key, keepMs, tokens: Math.round((inputTokens * length) / total) };
  });
}

interface Block {
  readonly text: string;
  readonly keepMs: number | undefined;
}

/** A request's blocks in the order in which the provider reads them: tools, system, messages. */
function blocksOf({ protocol, body }: ScriptRequest): Block[] {
  if (protocol === "in-process" || !isRecord(body)) return [];
  const messages = listOf(body.messages).flatMap((message) => {
    if (!isRecord(message) || !Array.isArray(message.content)) return [message];
    return message.content.map((block: unknown) =>
      isRecord(block) ? { role: message.role, ...block } : block,
    );
  });
  const blocks = [...listOf(body.tools), ...listOf(body.system), ...messages];
  return blocks.map((block) => blockOf(block, protocol === "openai"));
}

function blockOf(block: unknown, isKept: boolean): Block {
  if (!isRecord(block)) return { text: JSON.stringify(block), keepMs: undefined };
  const { cache_control: mark, ...rest } = block;
  const ttl = isRecord(mark) && mark.ttl === "1h" ? "1h" : "5m";
  const keepMs = isKept || isRecord(mark) ? lifetimeMs[ttl] : undefined;
  return { text: JSON.stringify(rest), keepMs };
}

function listOf(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
