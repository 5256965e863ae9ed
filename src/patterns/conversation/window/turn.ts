import type { Message } from "../../prompt.ts";

/** What the user said and all that answered it, tool calls and their results included: it is never split. */
export interface HistoryTurn {
  readonly index: number;
  readonly messages: readonly Message[];
  /** As `tokensOfMessages` estimates them. */
  readonly tokens: number;
  /** Always sent as it is. */
  readonly pinned: boolean;
}

/** What stands for the beginning of a conversation. */
export interface Summary {
  readonly text: string;
  /** All turns with a lower index are in it; those of them that are pinned are sent beside it. */
  readonly upTo: number;
  /** Of the text alone, as `tokensOfText` estimates them. */
  readonly tokens: number;
}
