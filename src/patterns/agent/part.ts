import type { ToolOutcome } from "../../call/tool-record.ts";
import type { PendingApproval } from "./options.ts";

/** What a streamed run tells while it goes on. */
export type AgentPart =
  /** A piece of what the model says, in its answer or beside its tool calls. */
  | { readonly type: "text"; readonly text: string }
  /** A tool begins its work. */
  | {
      readonly type: "tool";
      readonly toolCallId: string;
      readonly name: string;
      readonly input: unknown;
    }
  /** What became of a call of a tool; `reason` is what the model was told instead of a result. */
  | {
      readonly type: "tool-result";
      readonly toolCallId: string;
      readonly name: string;
      readonly outcome: ToolOutcome;
      readonly reason: string | null;
    }
  /** Somebody must agree. */
  | { readonly type: "approval"; readonly approval: PendingApproval };
