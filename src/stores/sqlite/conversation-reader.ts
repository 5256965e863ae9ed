import type { ConversationStore } from "../../state/conversations.ts";
import { sqliteConversations } from "./conversations.ts";
import { openForReading } from "./event-reader-file.ts";
import { kyselyOver } from "./kysely.ts";
import { prepareStatements } from "./statements.ts";

/** Reads what conversations left behind, also while apps write. */
export interface ConversationReader
  extends Pick<ConversationStore, "get" | "turns" | "list">,
    Disposable {
  readonly path: string;
}

/** Opens the conversations of a SQLite file, for reading only; throws ConfigError when there are none to read. */
export function openConversationReader(path: string): ConversationReader {
  const connection = openForReading(path);
  const db = kyselyOver(connection);
  const file = { connection, db, statements: prepareStatements(db) };
  const { get, turns, list } = sqliteConversations({
    read: async (work) => connection.snapshot(() => work(file)),
    write: () => Promise.reject(new TypeError("a reader does not write")),
  });
  return { path: connection.path, get, turns, list, [Symbol.dispose]: () => connection.close() };
}
