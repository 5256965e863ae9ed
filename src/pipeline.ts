import type { Call } from "./call/call.ts";
import type { EventSink } from "./call/event.ts";
import { attempt } from "./policies/attempt.ts";
import { type CacheParts, cache } from "./policies/cache.ts";
import { deadline } from "./policies/deadline.ts";
import { observe } from "./policies/observe.ts";
import type { Next, Policy } from "./policies/policy.ts";
import { retry } from "./policies/retry.ts";
import { route } from "./policies/route.ts";

export interface PipelineParts {
  readonly events: EventSink;
  readonly cache: CacheParts;
}

/** The way of a call: every policy, outermost first. This list is the only place where the order is written. */
export function pipeline(parts: PipelineParts): Next {
  const toTarget = compose(
    [
      retry, //                 backoff with full jitter, Retry-After as a floor
    ],
    attempt, //                 limits of one attempt; the provider itself
  );
  return compose(
    [
      observe(parts.events), // open the event; close it with what happened, whatever happened
      deadline, //              the call's total time as one signal; queueing and backoff count
      cache(parts.cache), //    exact hit by fingerprint; identical calls in flight share one request
    ],
    (call) => route(call, toTarget), // first target, then fallbacks; each passes the policies of a target
  );
}

/** Wraps each policy round the ones after it. */
function compose<C extends Call>(policies: readonly Policy<C>[], innermost: Next<C>): Next<C> {
  return policies.reduceRight<Next<C>>((next, policy) => (call) => policy(call, next), innermost);
}
