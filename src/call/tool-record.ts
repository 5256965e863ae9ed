/** What a tool does to the world: nothing; something that can be put right; something that cannot. */
export type ToolEffect = "read" | "write" | "irreversible";

/**
 * What became of one call of a tool. `done`: it ran, and gave its result. `failed`, `timed-out`: it ran, and did not.
 * `denied`: it was not run. `waiting`: it waits for approval, and the run is paused. `repeated`: the result of the same
 * call was given again. `malformed`: its arguments do not fit the schema. `unknown`: there is no such tool.
 */
export type ToolOutcome =
  | "done"
  | "failed"
  | "timed-out"
  | "denied"
  | "waiting"
  | "repeated"
  | "malformed"
  | "unknown";

/**
 * What kept a tool from being run, or had it wait. `grant`: the run was not given it. `schema`: its arguments are
 * malformed. `calls`: its limit of calls. `constraint`: the grant's rule about arguments. `approval`: somebody must agree
 * or has not. `untrusted`: the run had read untrusted content. `hosts`: an argument leads to a host that is not granted.
 * `repeat`: the same call was made before. `limits`: the run had reached one of its limits.
 */
export type StoppedBy =
  | "grant"
  | "schema"
  | "calls"
  | "constraint"
  | "approval"
  | "untrusted"
  | "hosts"
  | "repeat"
  | "limits";

/** One call of a tool, as an event keeps it. */
export interface ToolRecord {
  readonly name: string;
  /** The id that the model gave the call. */
  readonly toolCallId: string;
  /** `null` for a tool that there is not. */
  readonly effect: ToolEffect | null;
  readonly outcome: ToolOutcome;
  readonly stoppedBy: StoppedBy | null;
  /** The short reason that the model was given, or the approver. */
  readonly reason: string | null;
  /** The approval that it waited for, and who decided it. */
  readonly approval: {
    readonly id: string;
    readonly approved: boolean;
    readonly by: string;
  } | null;
  /** The same for the same call in a run, however often it is tried. */
  readonly idempotencyKey: string | null;
  /** Whether the result counts as untrusted content. */
  readonly untrusted: boolean;
  /** Characters of the result before it was cut to size; `null`: it is whole. */
  readonly cutFrom: number | null;
}
