import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Troubles } from "../../src/call/troubles.ts";
import type { ConversationStore, NewTurns, StoredTurn } from "../../src/state/conversations.ts";
import { memoryConversations } from "../../src/stores/memory/conversations.ts";
import { openSqliteStore } from "../../src/stores/sqlite/store.ts";

type Opened = AsyncDisposable & {
  readonly conversations: ConversationStore;
  readonly path?: string;
};

/** Every store of conversations; a new one gets its line here, and must pass the same tests. */
const stores: readonly [name: string, open: () => Promise<Opened>][] = [
  [
    "memory",
    async () => ({ conversations: memoryConversations(), [Symbol.asyncDispose]: async () => {} }),
  ],
  ["sqlite", sqlite],
];

async function sqlite(): Promise<Opened> {
  const folder = await mkdtemp(join(tmpdir(), "seam-conversations-"));
  const path = join(folder, "seam.db");
  const store = openSqliteStore(path, new Troubles(), { retentionMs: false });
  return {
    conversations: store.conversations,
    path,
    [Symbol.asyncDispose]: async () => {
      await store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const lease = 30_000;

function turn(index: number, changes: Partial<StoredTurn> = {}): StoredTurn {
  return {
    index,
    time: 1_800_000_000_000 + index,
    callId: `call-${index}`,
    messages: `["turn ${index}"]`,
    tokens: 10,
    pinned: false,
    record: "{}",
    ...changes,
  };
}

function added(turns: readonly StoredTurn[], changes: Partial<NewTurns> = {}): NewTurns {
  return { id: "a", holder: "me", task: "chat", turns, state: "{}", ...changes };
}

describe.each(stores)("%s", (_, open) => {
  let opened: Opened;
  let store: ConversationStore;

  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: 1_800_000_000_000 });
    opened = await open();
    store = opened.conversations;
  });
  afterEach(async () => {
    vi.useRealTimers();
    await opened[Symbol.asyncDispose]();
  });

  async function withTurns(count: number): Promise<void> {
    await store.take("a", "me", lease);
    const turns = Array.from({ length: count }, (__, index) => turn(index));
    expect(await store.add(added(turns))).toBe(true);
  }

  test("turns are read as they were added, and those of others are not there", async () => {
    await withTurns(3);
    expect(await store.turns("a", 0)).toEqual([turn(0), turn(1), turn(2)]);
    expect(await store.turns("a", 2)).toEqual([turn(2)]);
    expect(await store.turns("b", 0)).toEqual([]);
    expect(await store.get("b")).toBeUndefined();
    expect(await store.get("a")).toEqual({
      id: "a",
      createdAt: 1_800_000_000_000,
      updatedAt: 1_800_000_000_000,
      task: "chat",
      turns: 3,
      pins: [],
      summary: null,
      state: "{}",
    });
  });

  test("one holds a conversation at a time, also one that is not there yet", async () => {
    expect(await store.take("a", "first", lease)).toEqual({ kind: "taken" });
    const until = Date.now() + lease;
    expect(await store.take("a", "second", lease)).toEqual({ kind: "held", until });
    expect(await store.take("b", "second", lease)).toEqual({ kind: "taken" });
    await store.release("a", "second");
    expect(await store.take("a", "second", lease)).toEqual({ kind: "held", until });
    await store.release("a", "first");
    expect(await store.take("a", "second", lease)).toEqual({ kind: "taken" });
    expect(await store.get("a")).toBeUndefined();
  });

  test("a hold lasts as long as it is renewed; who has lost it adds nothing any more", async () => {
    await store.take("a", "first", lease);
    vi.advanceTimersByTime(lease - 1);
    expect(await store.renew("a", "first", lease)).toBe(true);
    vi.advanceTimersByTime(lease - 1);
    expect(await store.take("a", "second", lease)).toMatchObject({ kind: "held" });
    vi.advanceTimersByTime(1);
    expect(await store.take("a", "second", lease)).toEqual({ kind: "taken" });
    expect(await store.renew("a", "first", lease)).toBe(false);
    expect(await store.add(added([turn(0)], { holder: "first" }))).toBe(false);
    expect(await store.pause("a", { runId: "r", snapshot: "{}" }, "first")).toBe(false);
    expect(await store.add(added([turn(0)], { holder: "second" }))).toBe(true);
    expect(await store.turns("a", 0)).toEqual([turn(0)]);
  });

  test("a turn stands in its own place, or nowhere", async () => {
    await withTurns(2);
    for (const index of [0, 1, 3]) expect(await store.add(added([turn(index)]))).toBe(false);
    expect(await store.turns("a", 0)).toHaveLength(2);
    expect(await store.add(added([turn(2)], { state: '{"n":1}', task: "other" }))).toBe(true);
    expect(await store.get("a")).toMatchObject({ turns: 3, state: '{"n":1}', task: "other" });
  });

  test("a summary takes the place of the one that it was made from, and of no other", async () => {
    await withTurns(6);
    const first = { text: "They met.", upTo: 3, tokens: 4 };
    expect(await store.summarize("a", { text: "other", upTo: 2, tokens: 2 }, 1)).toBe(false);
    expect(await store.summarize("a", first, 0)).toBe(true);
    expect(await store.summarize("a", { text: "late", upTo: 4, tokens: 2 }, 0)).toBe(false);
    expect((await store.get("a"))?.summary).toEqual(first);
    const second = { text: "They met twice.", upTo: 5, tokens: 5 };
    expect(await store.summarize("a", second, 3)).toBe(true);
    expect((await store.get("a"))?.summary).toEqual(second);
    expect(await store.summarize("b", first, 0)).toBe(false);
    expect(await store.get("b")).toBeUndefined();
  });

  test("pinned turns are read whatever is asked for, until they are unpinned", async () => {
    await withTurns(4);
    expect(await store.setPinned("a", 1, true)).toBe(true);
    expect(await store.setPinned("a", 9, true)).toBe(false);
    expect(await store.turns("a", 3)).toEqual([turn(1, { pinned: true }), turn(3)]);
    expect(await store.setPinned("a", 1, false)).toBe(true);
    expect(await store.turns("a", 3)).toEqual([turn(3)]);
  });

  test("facts are pinned once, in their order, also before the first turn", async () => {
    for (const fact of ["one", "two", "one"]) await store.pin("a", fact);
    expect(await store.get("a")).toMatchObject({ pins: ["one", "two"], turns: 0, task: null });
    await store.unpin("a", "one");
    await store.unpin("a", "never there");
    await store.unpin("b", "never there");
    expect((await store.get("a"))?.pins).toEqual(["two"]);
    expect(await store.get("b")).toBeUndefined();
  });

  test("a paused turn waits until the turn that it becomes is added, or it is forgotten", async () => {
    await store.take("a", "me", lease);
    for (const runId of ["r1", "r2"]) {
      expect(await store.pause("a", { runId, snapshot: "{}" }, "me")).toBe(true);
    }
    expect(await store.pause("a", { runId: "r1", snapshot: "[]" }, "me")).toBe(true);
    expect(await store.paused("a")).toEqual([
      { runId: "r1", snapshot: "[]" },
      { runId: "r2", snapshot: "{}" },
    ]);
    expect(await store.add(added([turn(0)], { endsPause: "r1" }))).toBe(true);
    await store.forgetPaused("a", "r2");
    expect(await store.paused("a")).toEqual([]);
  });

  test("what is deleted is gone, and a turn that was under way leaves nothing", async () => {
    await withTurns(2);
    await store.pin("a", "fact");
    await store.pause("a", { runId: "r1", snapshot: "{}" }, "me");
    await store.delete("a");
    expect(await store.get("a")).toBeUndefined();
    expect(await store.turns("a", 0)).toEqual([]);
    expect(await store.paused("a")).toEqual([]);
    expect(await store.add(added([turn(2)]))).toBe(false);
    expect(await store.add(added([turn(0)]))).toBe(false);
    expect(await store.take("a", "other", lease)).toEqual({ kind: "taken" });
  });

  test("the one that was added to last is listed first", async () => {
    for (const id of ["a", "b", "c"]) {
      vi.advanceTimersByTime(10);
      await store.take(id, "me", lease);
      await store.add(added([turn(0)], { id }));
    }
    vi.advanceTimersByTime(10);
    await store.add(added([turn(1)], { id: "a" }));
    expect((await store.list({ limit: 10 })).map(({ id }) => id)).toEqual(["a", "c", "b"]);
    expect((await store.list({ limit: 1 })).map(({ id }) => id)).toEqual(["a"]);
  });

  test.each(["'; drop table turns; --", "../../etc/passwd", "Ünïcode 🙂 \u0000 id", ""])(
    "an id is any text: %j",
    async (id) => {
      await store.take(id, "me", lease);
      expect(await store.add(added([turn(0)], { id }))).toBe(true);
      expect(await store.turns(id, 0)).toEqual([turn(0)]);
      await store.delete(id);
      expect(await store.list({ limit: 10 })).toEqual([]);
    },
  );
});

test("what was deleted is not in the file any more, nor in its log", async () => {
  await using opened = await sqlite();
  const { conversations: store, path = "" } = opened;
  await store.take("a", "me", lease);
  const secret = "the very private sentence";
  await store.add(added([turn(0, { messages: secret.repeat(1_000) })]));
  await store.delete("a");
  for (const file of [path, `${path}-wal`]) {
    expect((await readFile(file)).includes(secret), file).toBe(false);
  }
});
