import type { LanguageModelV4GenerateResult } from "@ai-sdk/provider";
import type { CacheRule } from "../../call/cache-rule.ts";
import {
  type CachedAnswer,
  decodeCached,
  encodeCached,
  isCacheable,
} from "../../call/cached-answer.ts";
import type { Call } from "../../call/call.ts";
import { fingerprint } from "../../call/fingerprint.ts";
import { withSettings } from "../../call/request.ts";
import type { Target } from "../../call/target.ts";
import type { Trace } from "../../call/trace.ts";
import type { Troubles } from "../../call/troubles.ts";
import { totalTokens, toUsage } from "../../call/usage.ts";
import { raceAbort, within } from "../../util/abort.ts";

/**
 * Where answers are kept. The text is opaque to the store; an entry may be forgotten at any time. A read that takes
 * longer than {@link slowestReadMs} counts as a miss.
 */
export interface CacheStore {
  /** For notes and reports, e.g. `sqlite`. */
  readonly name: string;
  /** `lasting`: outlives the process, or is shared with others. */
  readonly reach: "process" | "lasting";
  get(key: string): string | undefined | Promise<string | undefined>;
  set(key: string, text: string, ttlMs: number): void | Promise<void>;
}

/** The longest a call waits for a cache store, in milliseconds. */
export const slowestReadMs = 500;

/** The stores of cached answers, nearest first. None of their failures fails a call: each is noted and counted. */
export class CacheTiers {
  readonly #stores: readonly CacheStore[];
  readonly #troubles: Troubles;

  constructor(stores: readonly CacheStore[], troubles: Troubles) {
    this.#stores = stores;
    this.#troubles = troubles;
  }

  /** The first answer that is there and that the call accepts; copied to the stores nearer than its own. */
  async find(key: string, call: Call): Promise<CachedAnswer | undefined> {
    const nearer: CacheStore[] = [];
    for (const store of storesFor(call.targets[0], call.cache, this.#stores)) {
      const found = await this.#read(store, key, call);
      if (found === undefined || !(await isAccepted(found.hit, call))) {
        nearer.push(store);
        continue;
      }
      const ttlMs = found.hit.expiresAt - Date.now();
      for (const empty of nearer) this.#put(empty, key, found.text, ttlMs, call.trace);
      return found.hit;
    }
    return undefined;
  }

  /**
   * Keeps an answer under the fingerprint of the target that gave it, unless it is one that must not be kept: a stream
   * that was resumed is pieced together, and may be the work of two models.
   * `firstKey` is the fingerprint of the call's first target.
   */
  keep(result: LanguageModelV4GenerateResult, firstKey: string, call: Call, trace: Trace): void {
    const { cache: rule, targets } = call;
    if (rule === undefined || trace.resumes.length > 0 || !isCacheable(result)) return;
    const target = trace.answerer ?? targets[0];
    const costUsd = trace.answeredIn?.costUsd ?? null;
    const expiresAt = Date.now() + rule.ttlMs;
    try {
      const tokens = totalTokens(toUsage(result.usage));
      const text = encodeCached({ result, target: target.name, costUsd, tokens, expiresAt });
      const key = target === targets[0] ? firstKey : keyOf(call, target);
      for (const store of storesFor(target, rule, this.#stores)) {
        this.#put(store, key, text, rule.ttlMs, trace);
      }
    } catch (error) {
      this.#fail("The answer could not be kept in the cache", error, trace);
    }
  }

  async #read(
    store: CacheStore,
    key: string,
    { signal, trace }: Call,
  ): Promise<{ text: string; hit: CachedAnswer } | undefined> {
    try {
      const got = store.get(key);
      const text =
        got instanceof Promise ? await raceAbort(within(slowestReadMs, got), signal) : got;
      const hit = text === undefined ? undefined : decodeCached(text, Date.now());
      return text === undefined || hit === undefined ? undefined : { text, hit };
    } catch (error) {
      signal.throwIfAborted();
      this.#fail(`The ${store.name} cache could not be read`, error, trace);
      return undefined;
    }
  }

  #put(store: CacheStore, key: string, text: string, ttlMs: number, trace: Trace): void {
    const failed = (error: unknown): void =>
      this.#fail(`The ${store.name} cache could not be written`, error, trace);
    try {
      store.set(key, text, ttlMs)?.catch(failed);
    } catch (error) {
      failed(error);
    }
  }

  #fail(trouble: string, error: unknown, trace: Trace): void {
    trace.notes.push(trouble);
    this.#troubles.note(trouble, error);
  }
}

/** The fingerprint that an answer of this target is kept under. */
export function keyOf({ cache: rule, cacheRequest, request }: Call, target: Target): string {
  return fingerprint(
    rule?.namespace ?? "",
    target,
    withSettings(target.settings, cacheRequest ?? request),
  );
}

/**
 * Lasting stores only where the call's rule lets answers go there, and only for targets that another process can be
 * sure to know again.
 */
function storesFor(
  { isLasting }: Target,
  rule: CacheRule | undefined,
  stores: readonly CacheStore[],
): readonly CacheStore[] {
  const mayLast = isLasting && rule?.reach === "lasting";
  return mayLast ? stores : stores.filter(({ reach }) => reach === "process");
}

/** An answer kept under an older validation may no longer pass; then the model is asked again. */
async function isAccepted(hit: CachedAnswer, call: Call): Promise<boolean> {
  try {
    await call.accept?.(hit.result, call.targets[0]);
    return true;
  } catch {
    call.trace.notes.push("The cached answer is no longer accepted");
    return false;
  }
}
