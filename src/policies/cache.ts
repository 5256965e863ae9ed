import { type Answer, type Ending, whenEnded } from "../call/answer.ts";
import {
  type CachedAnswer,
  decodeCached,
  encodeCached,
  isCacheable,
  replay,
} from "../call/cached-answer.ts";
import type { CacheRule, Call } from "../call/call.ts";
import { fingerprint } from "../call/fingerprint.ts";
import { withSettings } from "../call/request.ts";
import type { Target } from "../call/target.ts";
import type { Trace } from "../call/trace.ts";
import type { Troubles } from "../call/troubles.ts";
import { raceAbort } from "../util/abort.ts";
import type { Next, Policy } from "./policy.ts";
import { SharedRequest } from "./shared-request.ts";

/**
 * Where answers are kept. The text is opaque to the store; an entry may be forgotten at any time. Neither method may
 * block for long: a read that takes over {@link slowestReadMs} counts as a miss.
 */
export interface CacheStore {
  /** For notes and reports, e.g. `sqlite`. */
  readonly name: string;
  get(key: string): string | undefined | Promise<string | undefined>;
  set(key: string, text: string, ttlMs: number): void | Promise<void>;
}

/** The longest a call waits for a cache store, in milliseconds. */
export const slowestReadMs = 500;

export interface CacheParts {
  /** Nearest first; an answer found in a farther one is copied to the nearer ones. */
  readonly stores: readonly CacheStore[];
  readonly troubles: Troubles;
}

/**
 * Exact answers by fingerprint. Identical calls in flight share one request. Only calls whose task has a cache rule
 * take part; an answer from a fallback is kept under the fallback's own fingerprint.
 */
export function cache({ stores, troubles }: CacheParts): Policy {
  const inFlight = new Map<string, SharedRequest>();

  return async (call, next) => {
    const rule = call.cache;
    if (rule === undefined) return next(call);
    const key = keyFor(rule, call, call.targets[0]);
    call.trace.fingerprint = key;
    if (rule.mode === "use") {
      const hit = await find(key, call);
      if (hit !== undefined) return serve(hit, call);
    }
    return share(key, rule, call, next);
  };

  async function share(key: string, rule: CacheRule, call: Call, next: Next): Promise<Answer> {
    const slot = `${call.mode} ${key}`;
    const running = rule.mode === "use" ? inFlight.get(slot) : undefined;
    if (running?.isOpen) return running.join(call, next);
    const shared = new SharedRequest();
    if (rule.mode === "use") inFlight.set(slot, shared);
    const release = (): void => {
      if (inFlight.get(slot) === shared) inFlight.delete(slot);
    };
    return shared.join(call, async (inner) => {
      try {
        const answer = await next(inner);
        whenEnded(answer, (ending) => {
          keep(ending, key, rule, call, shared.trace);
          release();
        });
        return answer;
      } catch (error) {
        release();
        throw error;
      }
    });
  }

  async function find(key: string, call: Call): Promise<CachedAnswer | undefined> {
    for (const [distance, store] of stores.entries()) {
      const found = await read(store, key, call);
      if (found === undefined || !(await isAccepted(found.hit, call))) continue;
      const ttlMs = found.hit.expiresAt - Date.now();
      for (const nearer of stores.slice(0, distance)) {
        put(nearer, key, found.text, ttlMs, call.trace);
      }
      return found.hit;
    }
    return undefined;
  }

  async function read(
    store: CacheStore,
    key: string,
    { signal, trace }: Call,
  ): Promise<{ text: string; hit: CachedAnswer } | undefined> {
    try {
      const text = await withinLimit(store.get(key), signal);
      const hit = text === undefined ? undefined : decodeCached(text, Date.now());
      return text === undefined || hit === undefined ? undefined : { text, hit };
    } catch (error) {
      signal.throwIfAborted();
      trace.notes.push(`the ${store.name} cache could not be read`);
      troubles.note(`The ${store.name} cache could not be read`, error);
      return undefined;
    }
  }

  function keep(ending: Ending, firstKey: string, rule: CacheRule, call: Call, trace: Trace): void {
    if (!ending.ok || !isCacheable(ending.result)) return;
    const [first] = call.targets;
    const target = call.targets.find(({ name }) => name === trace.answeredBy) ?? first;
    const costUsd = trace.attempts.at(-1)?.costUsd ?? null;
    const entry = {
      result: ending.result,
      target: target.name,
      costUsd,
      expiresAt: Date.now() + rule.ttlMs,
    };
    const text = encodeCached(entry);
    const key = target === first ? firstKey : keyFor(rule, call, target);
    for (const store of stores) put(store, key, text, rule.ttlMs, trace);
  }

  function put(store: CacheStore, key: string, text: string, ttlMs: number, trace: Trace): void {
    const failed = (error: unknown): void => {
      trace.notes.push(`the ${store.name} cache could not be written`);
      troubles.note(`The ${store.name} cache could not be written`, error);
    };
    try {
      store.set(key, text, ttlMs)?.catch(failed);
    } catch (error) {
      failed(error);
    }
  }
}

/** An answer kept under an older validation may no longer pass; then the model is asked again. */
async function isAccepted(hit: CachedAnswer, call: Call): Promise<boolean> {
  try {
    await call.accept?.(hit.result, call.targets[0]);
    return true;
  } catch {
    call.trace.notes.push("the cached answer is no longer accepted");
    return false;
  }
}

function keyFor(rule: CacheRule, call: Call, target: Target): string {
  const request = call.cacheRequest ?? call.request;
  return fingerprint(rule.namespace, target, withSettings(target.settings, request));
}

function serve(hit: CachedAnswer, call: Call): Answer {
  const { trace } = call;
  trace.source = "cache";
  trace.answeredBy = hit.target;
  trace.savedUsd = hit.costUsd;
  trace.firstContentAt = performance.now();
  if (call.mode === "generate") return { mode: "generate", result: hit.result };
  return {
    mode: "stream",
    parts: replay(hit.result),
    end: Promise.resolve({ ok: true, result: hit.result }),
  };
}

async function withinLimit<T>(work: T | Promise<T>, signal: AbortSignal): Promise<T> {
  if (!(work instanceof Promise)) return work;
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new Error(`no answer within ${slowestReadMs} ms`)),
    slowestReadMs,
  );
  try {
    return await raceAbort(Promise.race([work, late]), signal);
  } finally {
    clearTimeout(timer);
  }
}
