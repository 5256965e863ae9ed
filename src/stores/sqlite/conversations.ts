import type { CompiledQuery } from "kysely";
import type {
  ConversationStore,
  Hold,
  NewTurns,
  StoredConversation,
  StoredSummary,
  StoredTurn,
} from "../../state/conversations.ts";
import type { Kept } from "./kept.ts";
import type { OpenFile } from "./open-file.ts";
import type { ConversationRow, TurnRow } from "./schema.ts";
import { statementOf } from "./statements.ts";

/** Conversations in the SQLite file; several processes may work on one. */
export function sqliteConversations({ read, write }: Kept): ConversationStore {
  return {
    take: (id, holder, leaseMs) => write((file) => take(file, id, holder, leaseMs)),
    renew: (id, holder, leaseMs) =>
      write((file) => {
        const update = file.db
          .updateTable("conversation_holds")
          .set({ until: Date.now() + leaseMs })
          .where("conversation", "=", id)
          .where("holder", "=", holder);
        return run(file, update) === 1;
      }),
    release: async (id, holder) => {
      await write((file) => release(file, id, holder));
    },

    get: (id) => read((file) => headOf(file, id)),
    turns: (id, from) => read((file) => turnsOf(file, id, from)),
    list: ({ limit }) => read((file) => listOf(file, limit)),

    add: (turns) => write((file) => add(file, turns)),
    summarize: (id, summary, from) => write((file) => summarize(file, id, summary, from)),
    pin: (id, fact) =>
      write((file) => {
        begin(file, id);
        setPins(file, id, (pins) => (pins.includes(fact) ? pins : [...pins, fact]));
      }),
    unpin: (id, fact) =>
      write((file) => setPins(file, id, (pins) => pins.filter((pin) => pin !== fact))),
    setPinned: (id, turn, pinned) =>
      write((file) => {
        const update = file.db
          .updateTable("turns")
          .set({ pinned: Number(pinned) })
          .where("conversation", "=", id)
          .where("turn", "=", turn);
        return run(file, update) === 1;
      }),
    pause: (id, { runId, snapshot }, holder) =>
      write((file) => {
        if (!isHeld(file, id, holder)) return false;
        begin(file, id);
        const row = { conversation: id, run_id: runId, snapshot };
        run(file, file.db.replaceInto("paused_turns").values(row));
        return true;
      }),
    paused: (id) =>
      read(({ db, connection }) => {
        const query = db.selectFrom("paused_turns").selectAll().where("conversation", "=", id);
        const rows = connection.all(statementOf(query.orderBy("run_id").compile()));
        return rows.map(({ run_id, snapshot }) => ({
          runId: String(run_id),
          snapshot: String(snapshot),
        }));
      }),
    forgetPaused: async (id, runId) => {
      await write((file) => forgetPaused(file, id, runId));
    },
    delete: async (id) => {
      emptyLog(await write((file) => remove(file, id)));
    },
  };
}

function take(file: OpenFile, id: string, holder: string, leaseMs: number): Hold {
  const now = Date.now();
  const query = file.db.selectFrom("conversation_holds").select("until");
  const row = file.connection.first(statementOf(query.where("conversation", "=", id).compile()));
  if (row !== undefined && Number(row["until"]) > now) {
    return { kind: "held", until: Number(row["until"]) };
  }
  const hold = { conversation: id, holder, until: now + leaseMs };
  run(file, file.db.replaceInto("conversation_holds").values(hold));
  return { kind: "taken" };
}

function add(file: OpenFile, { id, holder, task, turns, state, endsPause }: NewTurns): boolean {
  const there = headOf(file, id)?.turns ?? 0;
  if (!isHeld(file, id, holder) || turns[0]?.index !== there) return false;
  begin(file, id);
  for (const turn of turns) run(file, file.db.insertInto("turns").values(toRow(id, turn)));
  const changes = { task, state, turns: there + turns.length, updated_at: Date.now() };
  run(file, file.db.updateTable("conversations").set(changes).where("id", "=", id));
  if (endsPause !== undefined) forgetPaused(file, id, endsPause);
  return true;
}

function summarize(
  file: OpenFile,
  id: string,
  { text, upTo, tokens }: StoredSummary,
  from: number,
): boolean {
  const update = file.db
    .updateTable("conversations")
    .set({ summary: text, summary_up_to: upTo, summary_tokens: tokens })
    .where("id", "=", id)
    .where("summary_up_to", "=", from)
    .where("turns", ">=", upTo);
  return run(file, update) === 1;
}

/** Makes the conversation where there is none. */
function begin(file: OpenFile, id: string): void {
  const now = Date.now();
  const insert = file.db
    .insertInto("conversations")
    .values({
      id,
      created_at: now,
      updated_at: now,
      task: null,
      turns: 0,
      pins: "[]",
      summary: null,
      summary_up_to: 0,
      summary_tokens: 0,
      state: null,
    })
    .onConflict((conflict) => conflict.column("id").doNothing());
  run(file, insert);
}

function setPins(
  file: OpenFile,
  id: string,
  change: (pins: readonly string[]) => readonly string[],
): void {
  const head = headOf(file, id);
  if (head === undefined) return;
  const changes = { pins: JSON.stringify(change(head.pins)), updated_at: Date.now() };
  run(file, file.db.updateTable("conversations").set(changes).where("id", "=", id));
}

function forgetPaused(file: OpenFile, id: string, runId: string): void {
  const remove = file.db
    .deleteFrom("paused_turns")
    .where("conversation", "=", id)
    .where("run_id", "=", runId);
  run(file, remove);
}

/**
 * What was there is overwritten in the file, not only marked as free. What SQLite left of it in the gaps of pages when it
 * balanced its trees goes with a vacuum alone, which is too long a time for a call to hold everybody up.
 */
function remove(file: OpenFile, id: string): OpenFile {
  file.connection.exec("pragma secure_delete = on");
  try {
    run(file, file.db.deleteFrom("conversations").where("id", "=", id));
    run(file, file.db.deleteFrom("conversation_holds").where("conversation", "=", id));
  } finally {
    file.connection.exec("pragma secure_delete = fast");
  }
  return file;
}

/** The write-ahead log holds what was there until it is emptied, which waits for programs that read. */
function emptyLog({ connection }: OpenFile): void {
  connection.exec("pragma wal_checkpoint(truncate)");
}

function run({ connection }: OpenFile, query: { compile(): CompiledQuery }): number {
  return connection.run(statementOf(query.compile()));
}

function release(file: OpenFile, id: string, holder: string): void {
  const remove = file.db
    .deleteFrom("conversation_holds")
    .where("conversation", "=", id)
    .where("holder", "=", holder);
  run(file, remove);
}

function isHeld({ db, connection }: OpenFile, id: string, holder: string): boolean {
  const query = db
    .selectFrom("conversation_holds")
    .select("until")
    .where("conversation", "=", id)
    .where("holder", "=", holder);
  return connection.first(statementOf(query.compile())) !== undefined;
}

function headOf({ db, connection }: OpenFile, id: string): StoredConversation | undefined {
  const query = db.selectFrom("conversations").selectAll().where("id", "=", id);
  const row = connection.first(statementOf(query.compile()));
  return row && toHead(row as unknown as ConversationRow);
}

function listOf({ db, connection }: OpenFile, limit: number): StoredConversation[] {
  const query = db.selectFrom("conversations").selectAll().orderBy("updated_at", "desc");
  const rows = connection.all(statementOf(query.orderBy("id").limit(limit).compile()));
  return (rows as unknown as ConversationRow[]).map(toHead);
}

function turnsOf({ db, connection }: OpenFile, id: string, from: number): StoredTurn[] {
  const query = db
    .selectFrom("turns")
    .selectAll()
    .where("conversation", "=", id)
    .where(({ eb, or }) => or([eb("turn", ">=", from), eb("pinned", "=", 1)]))
    .orderBy("turn");
  const rows = connection.all(statementOf(query.compile()));
  return (rows as unknown as TurnRow[]).map(toTurn);
}

function toHead(row: ConversationRow): StoredConversation {
  const { id, task, turns, state, summary: text } = row;
  const { summary_up_to: upTo, summary_tokens: tokens } = row;
  return {
    id,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    task,
    turns,
    pins: JSON.parse(row.pins),
    summary: text === null ? null : { text, upTo, tokens },
    state,
  };
}

function toTurn(row: TurnRow): StoredTurn {
  const { turn: index, time, call_id: callId, messages, tokens, pinned, record } = row;
  return { index, time, callId, messages, tokens, pinned: pinned === 1, record };
}

function toRow(conversation: string, turn: StoredTurn): TurnRow {
  const { index, time, callId: call_id, messages, tokens, pinned, record } = turn;
  return {
    conversation,
    turn: index,
    time,
    call_id,
    messages,
    tokens,
    pinned: Number(pinned),
    record,
  };
}
