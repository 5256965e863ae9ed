import type { Answer } from "../call/answer.ts";
import type { Call } from "../call/call.ts";
import { SeamError } from "../call/seam-error.ts";
import type { Next, TargetedCall } from "./policy.ts";

/** The first target, then the fallbacks, for as long as another target may succeed where the last one failed. */
export async function route(call: Call, next: Next<TargetedCall>): Promise<Answer> {
  let [target, ...fallbacks] = call.targets;
  const takeFallback = () => fallbacks.shift();
  for (;;) {
    try {
      return await next({ ...call, target, hasFallback: fallbacks.length > 0, takeFallback });
    } catch (error) {
      const fallback = takeFallback();
      if (fallback === undefined || !SeamError.is(error) || !error.reroutable) throw error;
      if (call.signal.aborted) throw error;
      call.trace.reroutes.push({ from: target.name, to: fallback.name, reason: error.summary });
      target = fallback;
    }
  }
}
