import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync, type SQLOutputValue, type StatementSync } from "node:sqlite";
import type { Statement } from "./statements.ts";

/** How long a statement may hold up the event loop while another process writes, in milliseconds. */
const busyTimeoutMs = 20;

/** Pages of 4 kB that the write-ahead log may hold: a page that is written often is copied home less often. */
const walPages = 4_000;

/** One open SQLite file, with its statements prepared once. Synchronous: also usable while the process exits. */
export class Connection {
  readonly path: string;
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(path: string, { readOnly = false }: { readonly readOnly?: boolean } = {}) {
    this.path = path;
    if (path !== ":memory:" && !readOnly) mkdirSync(dirname(path), { recursive: true });
    this.#database = new DatabaseSync(path, { readOnly, timeout: busyTimeoutMs });
    if (!readOnly) {
      this.#database.exec(
        `pragma journal_mode = wal; pragma synchronous = normal; pragma wal_autocheckpoint = ${walPages}`,
      );
    }
  }

  get isOpen(): boolean {
    return this.#database.isOpen;
  }

  prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  run({ sql, values }: Statement): void {
    this.prepare(sql).run(...values);
  }

  /** The first row, if there is one. */
  first({ sql, values }: Statement): Record<string, SQLOutputValue> | undefined {
    return this.prepare(sql).get(...values);
  }

  /** Runs the work in one transaction; rolls back and rethrows when it fails. */
  transaction(work: () => void): void {
    this.#database.exec("begin immediate");
    try {
      work();
      this.#database.exec("commit");
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec("rollback");
      throw error;
    }
  }

  /** From now on, waits longer for another process's write: for the last writes of a process that ends. */
  waitForWrites(ms: number): void {
    this.#database.exec(`pragma busy_timeout = ${Math.round(ms)}`);
  }

  close(): void {
    if (this.isOpen) this.#database.close();
  }
}
