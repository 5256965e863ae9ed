import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { ConfigError } from "../../errors.ts";
import { Connection } from "./connection.ts";

/** How long a read waits while an app that has just ended tidies the file up, in milliseconds. */
const patienceMs = 2_000;

/** Opens a file of events for reading only; throws a ConfigError that says what to do when there are none in it. */
export function openForReading(path: string): Connection {
  const file = resolve(path);
  if (!existsSync(file)) {
    throw new ConfigError({
      summary: `There is no event store at ${file}`,
      advice:
        "It is made by the first call of an app. Make one, or name another file (the `store` of your config).",
    });
  }
  const connection = connect(file);
  if (hasEvents(connection, file)) return connection;
  connection.close();
  throw new ConfigError({
    summary: `${file} holds no events`,
    advice: "It is a SQLite file of something else, or no app has opened it yet.",
  });
}

function connect(file: string): Connection {
  try {
    const connection = new Connection(file, { readOnly: true });
    connection.first({ sql: `pragma busy_timeout = ${patienceMs}`, values: [] });
    return connection;
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

function hasEvents(connection: Connection, file: string): boolean {
  try {
    const sql = "select 1 from sqlite_master where type = 'table' and name = 'events'";
    return connection.first({ sql, values: [] }) !== undefined;
  } catch (cause) {
    connection.close();
    throw unreadable(file, cause);
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
