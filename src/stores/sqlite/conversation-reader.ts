import type { ConversationStore } from "../../state/conversations.ts";
import { sqliteConversations } from "./conversations.ts";
import { openKeptReader } from "./kept-reader.ts";

/** Reads what conversations left behind, also while apps write. */
export interface ConversationReader
  extends Pick<ConversationStore, "get" | "turns" | "list">,
    Disposable {
  readonly path: string;
}

/** Opens the conversations of a SQLite file, for reading only; throws ConfigError when there are none to read. */
export function openConversationReader(path: string): ConversationReader {
  const { kept, ...reader } = openKeptReader(path);
  const { get, turns, list } = sqliteConversations(kept);
  return { ...reader, get, turns, list };
}
