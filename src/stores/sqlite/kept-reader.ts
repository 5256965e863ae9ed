import { openForReading } from "./event-reader-file.ts";
import type { Kept } from "./kept.ts";
import { kyselyOver } from "./kysely.ts";
import { prepareStatements } from "./statements.ts";

/** State of a file that is only read, also while apps write to it. */
export interface KeptReader extends Disposable {
  readonly path: string;
  readonly kept: Kept;
}

/** Opens a file for reading only; throws ConfigError when there is none. */
export function openKeptReader(path: string): KeptReader {
  const connection = openForReading(path);
  const db = kyselyOver(connection);
  const file = { connection, db, statements: prepareStatements(db) };
  return {
    path: connection.path,
    kept: {
      read: async (work) => connection.snapshot(() => work(file)),
      write: () => Promise.reject(new TypeError("a reader does not write")),
    },
    [Symbol.dispose]: () => connection.close(),
  };
}
