import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import {
  type AggregateOptions,
  DatabaseSync,
  type SQLInputValue,
  type SQLOutputValue,
  type StatementSync,
} from "node:sqlite";
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
    if (readOnly) return;
    try {
      this.#database.exec(
        `pragma journal_mode = wal; pragma synchronous = normal; pragma wal_autocheckpoint = ${walPages}`,
      );
    } catch (error) {
      this.close();
      throw error;
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

  /** How many rows it changed. */
  run({ sql, values }: Statement): number {
    return Number(this.prepare(sql).run(...values).changes);
  }

  /** The first row, if there is one. */
  first({ sql, values }: Statement): Record<string, SQLOutputValue> | undefined {
    return this.prepare(sql).get(...values);
  }

  all({ sql, values }: Statement): Record<string, SQLOutputValue>[] {
    return this.prepare(sql).all(...values);
  }

  exec(sql: string): void {
    this.#database.exec(sql);
  }

  /** Defines a function for SQL that makes one value of the values of many rows. */
  aggregate<State extends SQLInputValue>(name: string, options: AggregateOptions<State>): void {
    this.#database.aggregate(name, options);
  }

  /** Runs the work in one transaction that may write; rolls back and rethrows when it fails. */
  transaction<Result>(work: () => Result): Result {
    return this.#within("begin immediate", work);
  }

  /** The same; what it wrote is on the disk when it returns, also should the machine lose its power. */
  durably<Result>(work: () => Result): Result {
    this.#database.exec("pragma synchronous = full");
    try {
      return this.transaction(work);
    } finally {
      this.#database.exec("pragma synchronous = normal");
    }
  }

  /** Runs work that only reads, all of it from the same state of the file. */
  snapshot<Result>(work: () => Result): Result {
    return this.#within("begin", work);
  }

  #within<Result>(begin: string, work: () => Result): Result {
    this.#database.exec(begin);
    try {
      const result = work();
      this.#database.exec("commit");
      return result;
    } catch (error) {
      this.rollback();
      throw error;
    }
  }

  /** Takes back what the open transaction has done; without one, does nothing. */
  rollback(): void {
    if (this.#database.isTransaction) this.#database.exec("rollback");
  }

  /** From now on, waits longer for another process's write: for the last writes of a process that ends. */
  waitForWrites(ms: number): void {
    this.#database.exec(`pragma busy_timeout = ${Math.round(ms)}`);
  }

  close(): void {
    if (this.isOpen) this.#database.close();
  }
}

/** SQLite's codes for a state of the file or the machine that another try may find mended: busy, locked, readonly, … */
const passingCodes: ReadonlySet<number> = new Set([5, 6, 8, 9, 10, 13, 14]);

/** Whether what SQLite threw may go well another time. */
export function mayPass(error: unknown): boolean {
  return passingCodes.has(codeOf(error));
}

/** Whether another connection holds the file: busy, or locked. */
export function isHeld(error: unknown): boolean {
  return codeOf(error) === 5 || codeOf(error) === 6;
}

/** SQLite's primary result code; -1 for what SQLite has not thrown. */
function codeOf(error: unknown): number {
  const code = (error as { errcode?: unknown } | null)?.errcode;
  return typeof code === "number" ? code & 0xff : -1;
}
