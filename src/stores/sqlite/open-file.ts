import type { Kysely } from "kysely";
import { Connection } from "./connection.ts";
import { addTimeFunctions } from "./figures.ts";
import { kyselyOver } from "./kysely.ts";
import { migrate } from "./migrations.ts";
import type { Database } from "./schema.ts";
import { prepareStatements, type Statements } from "./statements.ts";
import { whenFree } from "./when-free.ts";

/** A file that is open for writing and has its schema. */
export interface OpenFile {
  readonly connection: Connection;
  readonly db: Kysely<Database>;
  readonly statements: Statements;
}

/** Opens a file, makes it where there is none, and brings it to the newest schema. */
export async function openFile(path: string): Promise<OpenFile> {
  const connection = await whenFree(() => new Connection(path));
  try {
    addTimeFunctions(connection);
    const db = kyselyOver(connection);
    await migrate(connection, db);
    return { connection, db, statements: prepareStatements(db) };
  } catch (error) {
    connection.close();
    throw error;
  }
}

export function statementsOf(file: OpenFile | undefined): Statements {
  if (file === undefined) throw new Error("the store is closed");
  return file.statements;
}
