import type { Tags } from "../../call/labels.ts";
import type { Text } from "../../call/template.ts";
import type { Usage } from "../../call/usage.ts";
import type { CallOptions } from "../../runtime.ts";
import type { Message, PromptMessage } from "../prompt.ts";
import type { CallSummary } from "../result.ts";

/** What a conversation is with: given anew with each request, and not kept. */
export interface ConversationOptions<Task extends string = string> {
  readonly task: Task;
  /** Instructions to the model. */
  readonly system?: Text | undefined;
  /** Facts that every turn is sent with, e.g. who the customer is; beside those that `pin` keeps. Data, not instructions. */
  readonly pins?: readonly string[] | undefined;
  /** Of every call; `session` is the conversation's id unless it is given. */
  readonly tags?: Tags | undefined;
}

/** What a user says: a text, or the parts of the AI SDK's prompt (texts and files). */
export type Said = Extract<PromptMessage, { role: "user" }>["content"];

/** What one turn changes. Its deadline holds for all of it: waiting for its turn, a summary, the answer. */
export interface TurnOptions extends CallOptions {
  /** Keeps the turn in every later prompt, word for word. */
  readonly pin?: boolean | undefined;
  /** Over `conversation.onBusy` of the task. */
  readonly onBusy?: "wait" | "fail" | undefined;
}

/** What of the history a turn was sent with: each earlier turn is in exactly one of the three, but for pinned ones. */
export interface SentWindow {
  /** Numbers of the turns that were sent word for word. */
  readonly verbatim: readonly number[];
  /** Turns with a lower number were sent as a summary; pinned ones word for word as well. 0: there was none. */
  readonly summarized: number;
  /** Numbers of the turns that were left out, visibly for the model. */
  readonly dropped: readonly number[];
  /** What the prompt was estimated at; `usage` has what it was. */
  readonly tokens: number;
}

/** A whole turn, as it is kept. */
export interface AnsweredTurn extends CallSummary {
  readonly outcome: "answered";
  readonly text: string;
  /** Its number in the conversation, from 0. */
  readonly turn: number;
  readonly window: SentWindow;
}

/** One turn of a history. */
export interface PastTurn {
  readonly turn: number;
  readonly time: Date;
  /** The event of its answer: `seam calls show ID` has what the model was sent. `null` for an imported turn. */
  readonly callId: string | null;
  /** What was said, tool calls and their results included. */
  readonly messages: readonly Message[];
  readonly pinned: boolean;
  /** `null` for an imported turn, as are the next two. */
  readonly window: SentWindow | null;
  readonly usage: Usage | null;
  /** US dollars; `null` when unknown. */
  readonly cost: number | null;
}

/** What stands for the beginning of a conversation in its prompts. */
export interface ConversationSummary {
  readonly text: string;
  /** Turns with a lower number are in it. */
  readonly upTo: number;
}
