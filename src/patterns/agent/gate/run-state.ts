import type { ToolOutcome } from "../../../call/tool-record.ts";

/** A call of a tool that was run in the run, whatever came of it. */
export interface MadeCall {
  readonly tool: string;
  /** {@link hashOfCall} of tool and input. */
  readonly hash: string;
  /** The validated input, as `toPlain` keeps it. */
  readonly input: unknown;
  /** `done`, `failed` or `timed-out`. */
  readonly outcome: ToolOutcome;
  /** What the model was given, as `toPlain` keeps it. */
  readonly output: unknown;
}

/** What a run's gate remembers. Plain JSON, so that it is kept with a paused run as it is. */
export interface RunState {
  /** The oldest first. */
  readonly made: MadeCall[];
  /** How often a call has been asked for, and not been run, since it was run last; by hash. */
  readonly asked: Record<string, number>;
  /** What untrusted content was read first; `null`: none was. */
  untrusted: string | null;
}

export function newRunState(): RunState {
  return { made: [], asked: {}, untrusted: null };
}
