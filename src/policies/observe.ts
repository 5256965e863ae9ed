import { type Answer, type Ending, whenEnded } from "../call/answer.ts";
import type { Call } from "../call/call.ts";
import { eventOf, startNow } from "../call/compose-event.ts";
import type { CallEvent, EventSink } from "../call/event.ts";
import { SeamError } from "../call/seam-error.ts";
import type { Troubles } from "../call/troubles.ts";
import type { Next, Policy } from "./policy.ts";
import { noTelemetry, type Telemetry } from "./telemetry.ts";

export interface Observers {
  readonly events: EventSink;
  readonly telemetry: Telemetry;
  /** What of an event the others are given. */
  readonly keep: (event: CallEvent) => CallEvent;
  /** Whether what is asked and answered for a task may stand in a warning, or in a file. */
  readonly mayBeRead: (task: string) => boolean;
  readonly troubles: Troubles;
}

/** Opens the event of a call and closes it with what happened, whatever happened. The outermost policy. */
export function observe({ events, telemetry, keep, mayBeRead, troubles }: Observers): Policy {
  return async (call: Call, next: Next): Promise<Answer> => {
    const start = startNow();
    const isDry = call.scope?.standIn !== undefined;
    const span = await (isDry ? noTelemetry : telemetry).open(call, start);
    const close = (ending: Ending): void => {
      try {
        const whole = eventOf(call, ending, start);
        call.family?.add(whole);
        call.scope?.hear(whole, {
          span: span.ref,
          responseId: (ending.ok ? ending.result.response?.id : undefined) ?? null,
          prompt: call.written,
          startedAt: start.at,
          mayBeKept: mayBeRead(call.task),
          savedTokens: call.trace.savedTokens,
        });
        if (isDry) return;
        const event = keep(whole);
        events.write(event);
        span.end(event, ending);
      } catch (error) {
        troubles.note("An event could not be recorded", error);
      }
    };
    try {
      const answer = await span.run(() => next(call));
      whenEnded(answer, close);
      return answer;
    } catch (thrown) {
      const error = complete(thrown, call);
      close({ ok: false, error });
      throw error;
    }
  };
}

/** The error as this call's own: a shared request raises one error for many calls. */
function complete(thrown: unknown, call: Call): unknown {
  if (!SeamError.is(thrown)) return thrown;
  const attempts = call.trace.attempts.map((attempt) => ({ ...attempt }));
  return thrown.with({ task: call.task, callId: call.id, attempts });
}
