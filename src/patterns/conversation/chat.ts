import type { ConversationRule } from "../../call/conversation-rule.ts";
import type { Tags } from "../../call/labels.ts";
import type { ModelRequest } from "../../call/request.ts";
import type { ErrorContext } from "../../call/seam-error.ts";
import type { PlacedTemplate } from "../../call/static-prompt.ts";
import type { Runtime } from "../../runtime.ts";
import type { Holds } from "./holds.ts";

/** A conversation as its turns are made. */
export interface Chat {
  readonly runtime: Runtime;
  readonly id: string;
  readonly task: string;
  readonly system: string | undefined;
  /** Which texts of a turn are templates: of the system's at first. */
  readonly templates: readonly PlacedTemplate[];
  /** The facts of the caller, beside those that are kept. */
  readonly pins: readonly string[];
  readonly tags: Tags;
  readonly rule: ConversationRule;
  readonly holds: Holds;
  readonly ahead: FoldsAhead;
  /** What the model is shown of its tools; `undefined`: it has none. */
  readonly tools: ModelRequest["tools"];
  /** Takes out of a summary what it may not say, where strangers may have had a part in it. */
  readonly cleanSummary: (text: string) => string;
  /** For errors. */
  readonly place: ErrorContext;
}

/** Folds in the background, one at a time for a conversation. */
export interface FoldsAhead {
  /** Begins, where the window is nearly full and none is under way; what comes of it is seen in the store. */
  start(chat: Chat): void;
  /** Settles when the one that is under way has ended, however it did. */
  running(id: string): Promise<void> | undefined;
}
