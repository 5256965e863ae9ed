import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { hour, type OpenedRuns, requestOf, runOf, runStores } from "./run-stores.ts";

const lease = 30_000;
const ada = { approved: true, by: "ada", note: null };

describe.each(runStores)("%s", (_, open) => {
  let opened: OpenedRuns;
  const runs = () => opened.runs;

  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: 1_800_000_000_000 });
    opened = await open();
  });
  afterEach(async () => {
    vi.useRealTimers();
    await opened[Symbol.asyncDispose]();
  });

  async function paused(): Promise<void> {
    expect(await runs().pause(runOf(), [requestOf()], null)).toBe(true);
  }

  test("a paused run is claimed with all that it was paused with", async () => {
    await paused();
    expect(await runs().claim("run-1", "worker", lease)).toEqual({
      kind: "claimed",
      run: runOf(),
      approvals: [{ ...requestOf(), decision: null }],
    });
    expect(await runs().segments("run-1")).toEqual(["run-1", "worker"]);
    expect(await runs().segments("run-2")).toBeUndefined();
  });

  test("a run that is there is not overwritten", async () => {
    await paused();
    const other = runOf({ snapshot: "other" });
    expect(await runs().pause(other, [requestOf({ id: "approval-2" })], null)).toBe(false);
    expect(await runs().approvals({})).toHaveLength(1);
    expect(await runs().claim("run-1", "worker", lease)).toMatchObject({ run: runOf() });
  });

  test("one holds it at a time, until it is released", async () => {
    await paused();
    await runs().claim("run-1", "first", lease);
    const until = Date.now() + lease;
    expect(await runs().claim("run-1", "second", lease)).toEqual({ kind: "held", until });
    await runs().release("run-1", "second");
    expect(await runs().claim("run-1", "second", lease)).toEqual({ kind: "held", until });
    await runs().release("run-1", "first");
    expect(await runs().claim("run-1", "second", lease)).toMatchObject({ kind: "claimed" });
  });

  test("a hold that is not renewed is lost: its holder can change nothing any more", async () => {
    await paused();
    await runs().claim("run-1", "first", lease);
    vi.advanceTimersByTime(lease - 1);
    expect(await runs().renew("run-1", "first", lease)).toBe(true);
    vi.advanceTimersByTime(lease - 1);
    expect(await runs().claim("run-1", "second", lease)).toMatchObject({ kind: "held" });
    vi.advanceTimersByTime(1);
    expect(await runs().claim("run-1", "second", lease)).toMatchObject({ kind: "claimed" });
    expect(await runs().renew("run-1", "first", lease)).toBe(false);
    const late = runOf({ snapshot: "late", segments: ["run-1", "late"] });
    expect(await runs().pause(late, [requestOf({ id: "late" })], "first")).toBe(false);
    const end = { runId: "run-1", segments: ["late"], keepContent: true };
    expect(await runs().end({ ...end, holder: "first" })).toBe(false);
    await runs().release("run-1", "first");
    expect(await runs().claim("run-1", "third", lease)).toMatchObject({ kind: "held" });
    expect(await runs().approvals({})).toHaveLength(1);
    // Parts whose processes have died are the run's as well; what it waits for is as it was.
    expect(await runs().segments("run-1")).toEqual(["run-1", "first", "second"]);
    vi.advanceTimersByTime(lease);
    expect(await runs().claim("run-1", "third", lease)).toMatchObject({
      run: { segments: ["run-1", "first", "second"] },
      approvals: [{ id: "approval-1" }],
    });
  });

  test("a part that was given back is none", async () => {
    await paused();
    await runs().claim("run-1", "first", lease);
    await runs().release("run-1", "first");
    expect(await runs().segments("run-1")).toEqual(["run-1"]);
  });

  test("a run that pauses again waits for what is new, and is given back", async () => {
    await paused();
    await runs().decide("approval-1", ada);
    await runs().claim("run-1", "first", lease);
    const again = runOf({ segments: ["run-1", "part-2"], snapshot: "two" });
    const second = requestOf({ id: "approval-2", toolCallId: "call-2" });
    expect(await runs().pause(again, [second], "first")).toBe(true);
    expect(await runs().claim("run-1", "second", lease)).toEqual({
      kind: "claimed",
      run: again,
      approvals: [{ ...second, decision: null }],
    });
    expect(await runs().approvals({ runId: "run-1" })).toHaveLength(2);
  });

  test("an approval is decided once", async () => {
    await paused();
    const decision = { ...ada, at: Date.now() };
    const approval = { ...requestOf(), decision };
    expect(await runs().decide("approval-1", ada)).toEqual({ kind: "taken", approval });
    vi.advanceTimersByTime(5);
    const denial = { approved: false, by: "bob", note: "too late" };
    expect(await runs().decide("approval-1", denial)).toEqual({ kind: "decided", approval });
    expect(await runs().approvals({})).toEqual([approval]);
    expect(await runs().decide("approval-9", ada)).toEqual({ kind: "unknown" });
  });

  test("once it has expired nobody can decide it", async () => {
    await paused();
    const { expiresAt } = requestOf();
    vi.setSystemTime(expiresAt);
    expect(await runs().decide("approval-1", ada)).toMatchObject({ kind: "expired" });
    expect(await runs().approvals({})).toMatchObject([{ expiresAt, decision: null }]);
    expect(await runs().approvals({ pendingAt: Date.now() })).toEqual([]);
    expect(await runs().approvals({ pendingAt: expiresAt - 1 })).toHaveLength(1);
  });

  test("approvals are found by the beginning of their id, their run, their task", async () => {
    await runs().pause(runOf(), [requestOf({ id: "aa" }), requestOf({ id: "ab" })], null);
    const other = { runId: "run-2", task: "orders" };
    vi.advanceTimersByTime(1);
    await runs().pause(
      runOf({ id: "run-2", task: "orders" }),
      [requestOf({ id: "a%", ...other })],
      null,
    );
    const found = async (filter: object) =>
      (await runs().approvals(filter)).map((approval) => approval.id);
    expect(await found({})).toEqual(["aa", "ab", "a%"]);
    expect(await found({ id: "a" })).toEqual(["aa", "ab", "a%"]);
    expect(await found({ id: "a%" })).toEqual(["a%"]);
    expect(await found({ id: "ab" })).toEqual(["ab"]);
    expect(await found({ id: "b" })).toEqual([]);
    expect(await found({ runId: "run-2" })).toEqual(["a%"]);
    expect(await found({ task: "refunds", id: "aa" })).toEqual(["aa"]);
  });

  describe("the end", () => {
    async function ended(keepContent: boolean): Promise<void> {
      await runs().pause(runOf(), [requestOf(), requestOf({ id: "open" })], null);
      await runs().decide("approval-1", { ...ada, note: "paid before" });
      await runs().claim("run-1", "worker", lease);
      const segments = ["run-1", "part-2"];
      expect(await runs().end({ runId: "run-1", holder: "worker", segments, keepContent })).toBe(
        true,
      );
      expect(await runs().segments("run-1")).toEqual(segments);
    }

    test("leaves nothing to claim, and nothing to decide", async () => {
      await ended(true);
      expect(await runs().claim("run-1", "other", lease)).toEqual({ kind: "ended" });
      expect(await runs().decide("open", ada)).toMatchObject({ kind: "expired" });
      expect(await runs().approvals({ pendingAt: Date.now() })).toEqual([]);
      expect(await runs().claim("run-2", "other", lease)).toEqual({ kind: "unknown" });
    });

    test("keeps what was approved, by whom and when", async () => {
      await ended(true);
      const [approval] = await runs().approvals({ id: "approval-1" });
      const decision = { ...ada, note: "paid before", at: Date.now() };
      expect(approval).toEqual({ ...requestOf(), decision });
    });

    test("without content keeps who decided about which tool, and nothing of the arguments", async () => {
      await ended(false);
      const [approval] = await runs().approvals({ id: "approval-1" });
      const decision = { ...ada, at: Date.now() };
      expect(approval).toEqual({ ...requestOf(), input: null, reason: "", decision });
    });
  });
});

test("without a file, runs that nobody went on with are forgotten when others pause", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  try {
    const [[, open]] = runStores as [(typeof runStores)[number]];
    const { runs } = await open();
    await runs.pause(runOf({ keptUntil: Date.now() + hour }), [requestOf()], null);
    vi.advanceTimersByTime(hour);
    expect(await runs.segments("run-1")).toEqual(["run-1"]);
    await runs.pause(runOf({ id: "run-2" }), [requestOf({ id: "two", runId: "run-2" })], null);
    expect(await runs.segments("run-1")).toBeUndefined();
    expect(await runs.approvals({})).toMatchObject([{ id: "two" }]);
  } finally {
    vi.useRealTimers();
  }
});
