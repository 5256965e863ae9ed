import type { Connection } from "./connection.ts";
import type { Statements } from "./statements.ts";

/** A file that is open and has its schema. */
export interface OpenFile {
  readonly connection: Connection;
  readonly statements: Statements;
}

export function statementsOf(file: OpenFile | undefined): Statements {
  if (file === undefined) throw new Error("the store is closed");
  return file.statements;
}
