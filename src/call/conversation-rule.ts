/** How a task's conversations are kept in their window. Times in milliseconds, sizes in tokens. */
export interface ConversationRule {
  /** The most input that a turn is sent with. */
  readonly window: number;
  /** Older turns are folded into the summary before the turn that has no room for them, or after one, ahead of need. */
  readonly summarize: "turn" | "background";
  /** The task that writes summaries. */
  readonly summaryTask: string;
  /** The share of the window that a history is folded down to. */
  readonly lowWater: number;
  /** The share of the window at which folding in the background begins. */
  readonly highWater: number;
  /** The most that a summary may have. */
  readonly summaryTokens: number;
  /** What becomes of a turn while another one is under way. */
  readonly onBusy: "wait" | "fail";
  /** How long it waits then; its deadline may be sooner. */
  readonly busyWaitMs: number;
}
