import type { CallEvent, EventSink } from "../../call/event.ts";
import type { ScoreSink } from "../../call/score.ts";
import type { Troubles } from "../../call/troubles.ts";
import type { BudgetStore } from "../../policies/budget/of-task.ts";
import type { CacheStore } from "../../policies/cache/tiers.ts";
import type { ConversationStore } from "../../state/conversations.ts";
import type { RunStore } from "../../state/runs.ts";
import { onExit } from "../../util/on-exit.ts";
import { sqliteBudgets } from "./budgets.ts";
import { sqliteConversations } from "./conversations.ts";
import { toRow } from "./event-row.ts";
import { keptIn } from "./kept.ts";
import { type OpenFile, openFile, statementsOf } from "./open-file.ts";
import { sqliteRuns } from "./runs.ts";
import type { Statement } from "./statements.ts";
import { startUpkeep } from "./upkeep.ts";
import { WriteQueue } from "./write-queue.ts";

/** Events, scores, cached answers, what is used of budgets, paused runs and conversations, in one SQLite file. */
export interface SqliteStore {
  readonly events: EventSink;
  readonly scores: ScoreSink;
  readonly cache: CacheStore;
  readonly budgets: BudgetStore;
  readonly runs: RunStore;
  readonly conversations: ConversationStore;
  /** Writes everything that waits; what cannot be written within 3 s goes on waiting. */
  flush(): Promise<void>;
  /** Writes everything that waits and closes the file; what cannot be written is counted as dropped. */
  close(): Promise<void>;
}

/** How long flush, close and the exit of the process wait for a file that another process is writing. */
const lastWriteLimitMs = 3_000;
const lastWritePauseMs = 50;

/** Roughly what a score holds in memory. */
const scoreBytes = 200;

export interface SqliteStoreOptions {
  /** Events older than this are removed; `false`: none. */
  readonly retentionMs: number | false;
}

/**
 * Opens the file in the background. A file that cannot be opened or written fails no call: events wait in memory, up
 * to a bound, and what does not fit is counted.
 */
export function openSqliteStore(
  path: string,
  troubles: Troubles,
  { retentionMs }: SqliteStoreOptions,
): SqliteStore {
  let file: OpenFile | undefined;
  let whyClosed: Error | undefined;
  const opening = open();
  const queue = new WriteQueue({ isReady: () => file !== undefined, commit, troubles });
  const forget = onExit(flushAtExit);
  const upkeep = startUpkeep({ connection: () => file?.connection, retentionMs, troubles });

  async function open(): Promise<void> {
    try {
      file = await openFile(path);
    } catch (cause) {
      const summary = `The store ${path} could not be opened`;
      troubles.note(summary, cause);
      whyClosed = new Error(summary, { cause });
    }
  }

  async function opened(): Promise<OpenFile> {
    await opening;
    if (file === undefined) throw whyClosed ?? new Error("the store is closed");
    return file;
  }

  const kept = keptIn(opened);

  function flushAtExit(): void {
    file?.connection.waitForWrites(lastWriteLimitMs);
    queue.flush();
    if (queue.waiting === 0) return;
    process.stderr.write(`seam: ${queue.waiting} events could not be written to ${path}\n`);
  }

  function answerOf(key: string): string | undefined {
    const row = file?.connection.first(file.statements.getAnswer(key, Date.now()));
    return row === undefined ? undefined : String(row["text"]);
  }

  function commit(batch: readonly Statement[], dropped: number): void {
    if (file === undefined) return;
    const { connection, statements } = file;
    connection.transaction(() => {
      for (const statement of batch) connection.run(statement);
      if (dropped > 0) connection.run(statements.countDropped(dropped));
    });
  }

  async function writeAll(): Promise<void> {
    await opening;
    const giveUpAt = performance.now() + lastWriteLimitMs;
    for (;;) {
      queue.flush();
      if (queue.waiting === 0 || file === undefined || performance.now() > giveUpAt) return;
      await new Promise((resume) => setTimeout(resume, lastWritePauseMs));
    }
  }

  return {
    events: {
      write: (event) => {
        const bytes = roughSizeOf(event);
        const statement = () => statementsOf(file).insertEvent(toRow(event));
        queue.add({ kind: "event", bytes, statement });
      },
    },
    scores: {
      write: (score) => {
        const statement = () => statementsOf(file).putScore(score);
        queue.add({ kind: "score", bytes: scoreBytes, statement });
      },
    },
    cache: {
      name: "sqlite",
      reach: "lasting",
      get: (key) => (file === undefined ? opening.then(() => answerOf(key)) : answerOf(key)),
      set: (key, text, ttlMs) => {
        const expiresAt = Math.round(Date.now() + ttlMs);
        queue.add({
          kind: "answer",
          bytes: text.length * 2,
          statement: () => statementsOf(file).putAnswer(key, text, expiresAt),
        });
      },
    },
    budgets: sqliteBudgets({ queue, opening, file: () => file }),
    runs: sqliteRuns(kept),
    conversations: sqliteConversations(kept),
    flush: writeAll,
    close: async () => {
      await writeAll();
      upkeep.stop();
      forget();
      queue.close();
      file?.connection.close();
      file = undefined;
    },
  };
}

/** Roughly what an event holds in memory: its texts and bytes, and a flat amount for the rest. */
function roughSizeOf({ prompt, response }: CallEvent): number {
  return 4_000 + sizeOfValue(prompt.prompt, 6) + sizeOfValue(response, 6);
}

function sizeOfValue(value: unknown, depth: number): number {
  if (typeof value === "string") return value.length * 2;
  if (typeof value !== "object" || value === null || depth === 0) return 8;
  if (ArrayBuffer.isView(value)) return value.byteLength;
  let size = 16;
  for (const member of Object.values(value)) size += sizeOfValue(member, depth - 1);
  return size;
}
