import { type Answer, whenEnded } from "../call/answer.ts";
import { type CachedAnswer, replay } from "../call/cached-answer.ts";
import type { Call } from "../call/call.ts";
import type { Troubles } from "../call/troubles.ts";
import { SharedRequest } from "./cache/shared-request.ts";
import { type CacheStore, CacheTiers, keyOf } from "./cache/tiers.ts";
import type { Next, Policy } from "./policy.ts";

/**
 * Exact answers by fingerprint. Identical calls in flight share one request. Only calls whose task has a cache rule
 * take part; an answer from a fallback is kept under the fallback's own fingerprint. The nearest store comes first.
 */
export function cache(stores: readonly CacheStore[], troubles: Troubles): Policy {
  const tiers = new CacheTiers(stores, troubles);
  const inFlight = new Map<string, SharedRequest>();

  return async (call, next) => {
    const rule = call.cache;
    if (rule === undefined) return next(call);
    const key = keyOf(call, call.targets[0]);
    call.trace.fingerprint = key;
    if (rule.mode === "refresh") return requestFor(key, call).join(call, next);
    const hit = await tiers.find(key, call);
    return hit === undefined ? share(key, call, next) : serve(hit, call);
  };

  function requestFor(key: string, call: Call): SharedRequest {
    return new SharedRequest((result, trace) => tiers.keep(result, key, call, trace));
  }

  async function share(key: string, call: Call, next: Next): Promise<Answer> {
    const slot = `${call.mode} ${key}`;
    const running = inFlight.get(slot);
    if (running?.isOpen) return running.join(call, next);
    const shared = requestFor(key, call);
    inFlight.set(slot, shared);
    const release = (): void => {
      if (inFlight.get(slot) === shared) inFlight.delete(slot);
    };
    return shared.join(call, async (inner) => {
      try {
        const answer = await next(inner);
        whenEnded(answer, release);
        return answer;
      } catch (error) {
        release();
        throw error;
      }
    });
  }
}

function serve(hit: CachedAnswer, call: Call): Answer {
  const { trace } = call;
  trace.source = "cache";
  trace.answeredBy = hit.target;
  trace.savedUsd = hit.costUsd;
  trace.savedTokens = hit.tokens ?? null;
  trace.firstContentAt = performance.now();
  if (call.mode === "generate") return { mode: "generate", result: hit.result };
  return {
    mode: "stream",
    parts: replay(hit.result),
    end: Promise.resolve({ ok: true, result: hit.result }),
  };
}
