import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { ConfigError } from "../../errors.ts";
import { Connection } from "./connection.ts";

/** How long a read waits while an app that has just ended tidies the file up, in milliseconds. */
const patienceMs = 2_000;

/** Opens a file of events for reading only; throws a ConfigError that says what to do when it cannot be read. */
export function openForReading(path: string): Connection {
  const connection = openExisting(path);
  if (hasTable(connection, "eval_runs")) return connection;
  connection.close();
  throw new ConfigError({
    summary: `${connection.path} was written by an older version of Seam`,
    advice: "Start an app of this version: it brings the file up to date. So does `seam prune`.",
  });
}

/** The same for a file of any version; throws when it is missing or holds no events. */
export function openExisting(path: string): Connection {
  const file = resolve(path);
  if (!existsSync(file)) {
    throw new ConfigError({
      summary: `There is no event store at ${file}`,
      advice:
        "It is made by the first call of an app. Make one, or name another file (the `store` of your config).",
    });
  }
  const connection = connect(file);
  if (hasTable(connection, "events")) return connection;
  connection.close();
  throw new ConfigError({
    summary: `${file} holds no events`,
    advice: "It is a SQLite file of something else, or no app has opened it yet.",
  });
}

function connect(file: string): Connection {
  try {
    const connection = new Connection(file, { readOnly: true });
    connection.waitForWrites(patienceMs);
    return connection;
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

function hasTable(connection: Connection, name: string): boolean {
  try {
    const sql = "select 1 from sqlite_master where type = 'table' and name = ?";
    return connection.first({ sql, values: [name] }) !== undefined;
  } catch (cause) {
    connection.close();
    throw unreadable(connection.path, cause);
  }
}

function unreadable(file: string, cause: unknown): ConfigError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new ConfigError(
    {
      summary: `The event store ${file} cannot be read: ${reason}`,
      advice: "Check that it is a SQLite file, and that you may read it and write in its folder.",
    },
    { cause },
  );
}
