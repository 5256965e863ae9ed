import type { Answer } from "../call/answer.ts";
import type { Call } from "../call/call.ts";
import type { HeaderReader } from "../call/rate-limit-headers.ts";
import type { Target } from "../call/target.ts";

/** A call on its way to one target. */
export interface TargetedCall extends Call {
  readonly target: Target;
  /** Whether another target can be asked when this one fails. */
  readonly hasFallback: boolean;
  /** The next of these other targets, if there is one; whoever takes it asks it, and nobody else does. */
  readonly takeFallback: () => Target | undefined;
  /** Told the headers of the response, whatever its status. */
  readonly onHeaders?: ((status: number, header: HeaderReader) => void) | undefined;
}

/** The rest of the way. */
export type Next<C extends Call = Call> = (call: C) => Promise<Answer>;

/** One concern wrapped round a call: it may answer, refuse, ask again, or watch what comes back. */
export type Policy<C extends Call = Call, Inner extends Call = C> = (
  call: C,
  next: Next<Inner>,
) => Promise<Answer>;
