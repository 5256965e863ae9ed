import type {
  ConversationStore,
  PausedTurn,
  StoredConversation,
  StoredTurn,
} from "../../state/conversations.ts";

interface Entry {
  readonly head: StoredConversation;
  readonly turns: readonly StoredTurn[];
  readonly paused: readonly PausedTurn[];
}

/** Conversations in this process alone: they end with it, and take memory until they are deleted. */
export function memoryConversations(): ConversationStore {
  const entries = new Map<string, Entry>();
  const holds = new Map<string, { readonly holder: string; readonly until: number }>();

  const isHeldBy = (id: string, holder: string): boolean => holds.get(id)?.holder === holder;

  /** Changes a conversation that is there, or begins it. */
  const change = (id: string, work: (entry: Entry) => Partial<Entry>): void => {
    const entry = entries.get(id) ?? { head: newHead(id), turns: [], paused: [] };
    const changed = { ...entry, ...work(entry) };
    entries.set(id, { ...changed, head: { ...changed.head, updatedAt: Date.now() } });
  };

  const changeIf = (
    id: string,
    holds: boolean,
    work: (entry: Entry) => Partial<Entry>,
  ): boolean => {
    if (holds) change(id, work);
    return holds;
  };

  return {
    take: async (id, holder, leaseMs) => {
      const now = Date.now();
      const hold = holds.get(id);
      if (hold !== undefined && hold.until > now) return { kind: "held", until: hold.until };
      holds.set(id, { holder, until: now + leaseMs });
      return { kind: "taken" };
    },
    renew: async (id, holder, leaseMs) => {
      if (!isHeldBy(id, holder)) return false;
      holds.set(id, { holder, until: Date.now() + leaseMs });
      return true;
    },
    release: async (id, holder) => {
      if (isHeldBy(id, holder)) holds.delete(id);
    },

    get: async (id) => entries.get(id)?.head,
    turns: async (id, from) =>
      (entries.get(id)?.turns ?? []).filter(({ index, pinned }) => pinned || index >= from),
    list: async ({ limit }) =>
      [...entries.values()]
        .map(({ head }) => head)
        .sort((a, b) => b.updatedAt - a.updatedAt)
        .slice(0, limit),

    add: async ({ id, holder, task, turns: added, state, endsPause }) =>
      changeIf(
        id,
        isHeldBy(id, holder) && added[0]?.index === (entries.get(id)?.turns.length ?? 0),
        ({ head, turns, paused }) => ({
          head: { ...head, task, state, turns: turns.length + added.length },
          turns: [...turns, ...added],
          paused: paused.filter(({ runId }) => runId !== endsPause),
        }),
      ),
    summarize: async (id, summary, from) => {
      const entry = entries.get(id);
      const isCurrent = entry !== undefined && (entry.head.summary?.upTo ?? 0) === from;
      if (isCurrent) entries.set(id, { ...entry, head: { ...entry.head, summary } });
      return isCurrent;
    },
    pin: async (id, fact) =>
      change(id, ({ head }) => ({
        head: head.pins.includes(fact) ? head : { ...head, pins: [...head.pins, fact] },
      })),
    unpin: async (id, fact) => {
      if (!entries.has(id)) return;
      change(id, ({ head }) => ({
        head: { ...head, pins: head.pins.filter((pin) => pin !== fact) },
      }));
    },
    setPinned: async (id, turn, pinned) =>
      changeIf(id, turn in (entries.get(id)?.turns ?? []), ({ turns }) => ({
        turns: turns.map((one) => (one.index === turn ? { ...one, pinned } : one)),
      })),
    pause: async (id, turn, holder) =>
      changeIf(id, isHeldBy(id, holder), ({ paused }) => ({
        paused: [...paused.filter(({ runId }) => runId !== turn.runId), turn],
      })),
    paused: async (id) =>
      (entries.get(id)?.paused ?? []).toSorted((a, b) => (a.runId < b.runId ? -1 : 1)),
    forgetPaused: async (id, runId) => {
      if (!entries.has(id)) return;
      change(id, ({ paused }) => ({ paused: paused.filter((turn) => turn.runId !== runId) }));
    },
    delete: async (id) => {
      entries.delete(id);
      holds.delete(id);
    },
  };
}

function newHead(id: string): StoredConversation {
  const now = Date.now();
  return {
    id,
    createdAt: now,
    updatedAt: now,
    task: null,
    turns: 0,
    pins: [],
    summary: null,
    state: null,
  };
}
