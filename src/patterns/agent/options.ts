import type { Tags } from "../../call/labels.ts";
import type { AgentStep } from "../../call/step.ts";
import type { Text } from "../../call/template.ts";
import type { ToolEffect } from "../../call/tool-record.ts";
import type { Usage } from "../../call/usage.ts";
import type { AgentConfig, Settings } from "../../config/types.ts";
import type { Message, PromptMessage } from "../prompt.ts";
import type { Grant } from "./grant.ts";
import type { AgentTools } from "./tool.ts";

/** A call of a tool that somebody must agree to. */
export interface PendingApproval {
  readonly id: string;
  readonly runId: string;
  readonly tool: string;
  readonly effect: ToolEffect;
  /** The exact arguments: an approval is for these and no others. */
  readonly input: unknown;
  /** Why somebody must agree. */
  readonly reason: string;
  readonly expiresAt: Date;
}

/** What was decided: `true`, `false`, or with the name of the decider and a note, which the model is told. */
export type Decision =
  | boolean
  | {
      readonly approved: boolean;
      readonly by?: string | undefined;
      readonly note?: string | undefined;
    };

/** Asks somebody. One that throws denies. */
export type Approve = (
  approval: PendingApproval,
  options: { readonly signal: AbortSignal },
) => Decision | Promise<Decision>;

/** What an agent is, for one caller: made anew for each, it costs next to nothing. */
export interface AgentOptions<Tools extends AgentTools = AgentTools, Context = undefined> {
  readonly tools: Tools;
  /** What this caller's runs may do. A function computes it from the context, also when a paused run goes on. */
  readonly grant: Grant<Tools, Context> | ((context: Context) => Grant<Tools, Context>);
  /** Who is asking: handed to tools and to the rules of the grant, never to the model. */
  readonly context?: Context | undefined;
  /** Instructions to the model. */
  readonly system?: Text | undefined;
  /**
   * Asks somebody while the run waits. Without it, a run that needs approval pauses: it is kept in the store, and goes
   * on with `resume`, in this process or another.
   */
  readonly approve?: Approve | undefined;
  /** Over the limits in the config. */
  readonly limits?: AgentConfig | undefined;
  readonly settings?: Settings | undefined;
  readonly tags?: Tags | undefined;
}

/** Text from elsewhere that the model shall read, and nobody shall obey. */
export interface UntrustedDocument {
  readonly title?: string | undefined;
  readonly text: string;
}

/** One run. */
export interface RunOptions {
  /** What is to be done. Either this or `messages`. */
  readonly prompt?: Text | undefined;
  /** The history, e.g. with `messages` of an earlier run: results of tools in it that strangers may have written count as read. */
  readonly messages?: readonly PromptMessage[] | undefined;
  /** Tickets, mails, pages: marked as data, and the run counts as having read untrusted content. */
  readonly documents?: readonly UntrustedDocument[] | undefined;
  /** Whether `messages` hold untrusted content, as the earlier run said that they are from: this one has read it, too. */
  readonly untrusted?: boolean | undefined;
  /**
   * Names the work, e.g. `"ticket-4711"`: a run that is tried again under the same key gives its tools the same
   * idempotency keys. Default: the run's id.
   */
  readonly key?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly tags?: Tags | undefined;
}

/** What every run tells about itself. */
export interface RunSummary {
  readonly runId: string;
  /** The event of this part of the run: `seam agent trace ID`. */
  readonly callId: string;
  /** All steps of the run, those before a pause included. */
  readonly steps: readonly AgentStep[];
  /** Of the whole run, the calls that its tools made included. */
  readonly usage: Usage;
  /** US dollars of the whole run; `null` when unknown. */
  readonly cost: number | null;
  /** The run's messages after those it was given, for a history. */
  readonly messages: readonly Message[];
  /** Whether the run has read untrusted content. */
  readonly untrusted: boolean;
}

export interface AnsweredRun extends RunSummary {
  readonly outcome: "answered";
  /** The final answer, without links that the grant does not allow. */
  readonly text: string;
  /** What was taken out of the answer, and why. */
  readonly removed: readonly RemovedLink[];
}

export interface PausedRun extends RunSummary {
  readonly outcome: "paused";
  /** What the run waits for. */
  readonly approvals: readonly PendingApproval[];
}

export type RunResult = AnsweredRun | PausedRun;

/** A link or an image that would have led to a host that the grant does not list. */
export interface RemovedLink {
  readonly kind: "link" | "image" | "other";
  readonly host: string;
}
