/** The limits of an agent's runs. */
export interface AgentRule {
  /** Model steps in a run. */
  readonly steps: number;
  /** The whole run up to its end or its pause, approvals by a callback included. */
  readonly deadlineMs: number;
  /** US dollars of a run, over all its parts; `undefined`: no limit. */
  readonly costUsd: number | undefined;
  /** Calls of one tool in a run, where the grant says no other number. */
  readonly callsPerTool: number;
  /** How often the very same call is run; the next one is answered without, and one more ends the run. */
  readonly repeats: number;
  readonly toolTimeoutMs: number;
  /** Characters of a tool's result that the model is given. */
  readonly toolOutput: number;
  /** How long an approval can be given. */
  readonly approvalTtlMs: number;
}
