import { linkAbort, raceAbort } from "../../../util/abort.ts";
import type { AboutCall } from "../grant.ts";

/** What a rule of the grant said, or why it said nothing. */
export type RuleAnswer =
  | { readonly kind: "said"; readonly said: unknown }
  | { readonly kind: "failed"; readonly error: unknown };

/** A rule of a grant, for any tool and context. */
export type AskedRule = (input: unknown, about: AboutCall<unknown>) => unknown;

interface Asked {
  /** Without their signal, which is made here. */
  readonly about: Omit<AboutCall<unknown>, "signal">;
  readonly input: unknown;
  readonly timeoutMs: number;
  /** The run's. */
  readonly signal: AbortSignal;
}

/** Asks a rule, which may be slow, throw, or never answer. Rejects only with the reason of the run's signal. */
export async function askRule(
  rule: AskedRule,
  { about, input, timeoutMs, signal }: Asked,
): Promise<RuleAnswer> {
  const { controller, unlink } = linkAbort(signal);
  const timer = setTimeout(
    () => controller.abort(new Error(`The rule gave no answer within ${timeoutMs} ms.`)),
    timeoutMs,
  );
  try {
    const work = async (): Promise<unknown> => rule(input, { ...about, signal: controller.signal });
    return { kind: "said", said: await raceAbort(work(), controller.signal) };
  } catch (error) {
    signal.throwIfAborted();
    return { kind: "failed", error };
  } finally {
    clearTimeout(timer);
    unlink();
  }
}
