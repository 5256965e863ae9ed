import type { Call } from "./call/call.ts";
import { attempt } from "./policies/attempt.ts";
import { type BreakerStore, breaker } from "./policies/breaker.ts";
import type { Budgets } from "./policies/budget/of-task.ts";
import { budget } from "./policies/budget.ts";
import type { CacheStore } from "./policies/cache/tiers.ts";
import { cache } from "./policies/cache.ts";
import { deadline } from "./policies/deadline.ts";
import { hedge } from "./policies/hedge.ts";
import { type Observers, observe } from "./policies/observe.ts";
import { pace } from "./policies/pace.ts";
import type { Next, Policy } from "./policies/policy.ts";
import { repeat } from "./policies/repeat.ts";
import { resume } from "./policies/resume.ts";
import { RetryBudgets } from "./policies/retry/budget.ts";
import { retry } from "./policies/retry.ts";
import { route } from "./policies/route.ts";
import { rule } from "./policies/rule.ts";

export interface PipelineParts extends Observers {
  readonly cacheStores: readonly CacheStore[];
  readonly breakers: BreakerStore;
  readonly budgets: Budgets;
}

/** The way of a call: every policy, outermost first. This list is the only place where the order is written. */
export function pipeline(parts: PipelineParts): Next {
  const { cacheStores, breakers, budgets, mayBeRead, troubles } = parts;
  const retries = new RetryBudgets();
  const toTarget = compose(
    [
      hedge(retries), //               a second request when the first one is slow; the first to answer is taken
      retry(retries), //               backoff with full jitter, Retry-After as a floor, a budget against storms
      breaker(breakers, troubles), //  skip a target that is known to be down
      pace(), //                       the target's own rate and concurrency limits
    ],
    attempt, //                        limits of one attempt; the provider itself
  );
  return compose(
    [
      observe(parts), //               open the event; close it with what happened, whatever happened
      rule(troubles, mayBeRead), //    a deterministic answer, when one is certain: no model is asked
      repeat(troubles), //             one attempt where an outer loop retries what has been retried
      deadline, //                     the call's total time as one signal; queueing and backoff count
      cache(cacheStores, troubles), // exact hit by fingerprint; identical calls in flight share one request
      budget(budgets), //              refuse before spending past a task's limit of cost, tokens or rate
      resume, //                       a stream that broke off goes on where it broke
    ],
    (call) => route(call, toTarget), // first target, then fallbacks; each passes the policies of a target
  );
}

/** Wraps each policy round the ones after it. */
function compose<C extends Call>(policies: readonly Policy<C>[], innermost: Next<C>): Next<C> {
  return policies.reduceRight<Next<C>>((next, policy) => (call) => policy(call, next), innermost);
}
