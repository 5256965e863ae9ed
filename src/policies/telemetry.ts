import type { Ending } from "../call/answer.ts";
import type { Call } from "../call/call.ts";
import type { Start } from "../call/compose-event.ts";
import type { CallEvent } from "../call/event.ts";
import type { SpanRef } from "../call/scope.ts";
import type { ToolRecord } from "../call/tool-record.ts";

/** Shows calls to a tracing system while they run. None of its failures fails a call, and none of its methods throws. */
export interface Telemetry {
  /** A call begins. A promise only where something must be loaded first. */
  open(call: Call, start: Start): CallSpan | Promise<CallSpan>;
  /** Runs a pattern that may make several calls: theirs become parts of it. */
  group<T>(group: CallGroup, work: () => Promise<T>): Promise<T>;
  /** The event of a pattern that may have made several calls, recorded within its group; of a tool also without one. */
  record(event: CallEvent): void;
  /** The span of a group that is open. */
  groupSpan(id: string): SpanRef | null;
}

/** One call, while it runs. */
export interface CallSpan {
  /** `null` where nobody records it. */
  readonly ref: SpanRef | null;
  /** Runs the rest of the way as a part of the call. */
  run<T>(work: () => T): T;
  /** The call has ended; `event` holds what may be told of it. */
  end(event: CallEvent, ending: Ending): void;
}

export interface CallGroup extends Pick<CallEvent, "id" | "task" | "pattern"> {
  /** Where the pattern is `tool`: which one is run, and for which call of the model. */
  readonly tool?: Pick<ToolRecord, "name" | "toolCallId">;
}

const noSpan: CallSpan = { ref: null, run: (work) => work(), end: () => {} };

/** For where nobody watches. */
export const noTelemetry: Telemetry = {
  open: () => noSpan,
  group: (_group, work) => work(),
  record: () => {},
  groupSpan: () => null,
};
