/** What feature code called; `tool`: what an agent did with one of its tools. */
export type Pattern =
  | "complete"
  | "stream"
  | "extract"
  | "model"
  | "conversation"
  | "agent"
  | "tool";

/** Labels of a call that land in its event: who asked, in which session, and anything else. */
export interface Tags {
  readonly user?: string | undefined;
  readonly session?: string | undefined;
  readonly [tag: string]: string | number | boolean | undefined;
}
